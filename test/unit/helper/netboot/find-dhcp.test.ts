import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discoverMessage, offeringServer } from '../../../../helper/netboot/find-dhcp';

/** The answer of dnsmasq 2.90 to a DISCOVER of ours, as it came. */
const recorded = Buffer.from(
  readFileSync(
    join(resolve(import.meta.dirname, '../../../fixtures/recorded/netboot'), 'dhcp-offer.hex'),
    'utf8',
  ).trim(),
  'hex',
);
const transaction = recorded.readUInt32BE(4);

describe('an answer to a DISCOVER', () => {
  it('names the server that offers', () => {
    expect(offeringServer(recorded, transaction, '10.0.0.1')).toBe('192.168.77.2');
  });

  it('is none when it belongs to another, is a question, or is cut off', () => {
    expect(offeringServer(recorded, transaction + 1, '10.0.0.1')).toBeNull();
    expect(
      offeringServer(discoverMessage(transaction, '52:54:00:12:34:56'), transaction, '10.0.0.1'),
    ).toBeNull();
    for (let length = 0; length < 243; length += 1) {
      expect(offeringServer(recorded.subarray(0, length), transaction, '10.0.0.1')).toBeNull();
    }
  });

  it('is none when it acknowledges: nobody has asked for that', () => {
    const acknowledged = Buffer.from(recorded);
    const at = acknowledged.indexOf(Buffer.from([53, 1, 2]));
    acknowledged[at + 2] = 5;
    expect(offeringServer(acknowledged, transaction, '10.0.0.1')).toBeNull();
  });
});
