import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrestageError } from '../../../core/base/errors';
import { recordedHashSource } from '../../../core/media/media-state';
import { newProgress } from '../../../core/order/order-state';
import { checkAgainstOrder, type OrderedRequest } from '../../../station/orders/batch-order';
import type { OpenOrder } from '../../../station/orders/order-reader';
import { temporaryArea } from '../../support/global-setup';

const ordered = 'a'.repeat(64);
const other = 'b'.repeat(64);
const orderId = '5f0c3a52-6c1e-4b0e-9d0a-0d2f7e0b1a11';

let folder: string;
let mediaPath: string;
beforeEach(() => {
  folder = temporaryArea('batch-order');
  mediaPath = join(folder, 'Win11.wim');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(mediaSha256: string | undefined): OpenOrder {
  const line = { serial: 'PF1' };
  return {
    orderId,
    order: {
      version: 1,
      number: 'WO-7',
      ...(mediaSha256 === undefined ? {} : { mediaSha256 }),
      imageIndex: 1,
      layout: 'uefi-standard',
      machines: [line],
    },
    lines: new Map([['PF1', line]]),
    progress: newProgress(orderId),
    openedAt: '2026-03-01T08:00:00.000Z',
    openedBy: 'A. Miller',
  };
}

function request(changed: Partial<OrderedRequest> = {}): OrderedRequest {
  return {
    assignments: [{ driveId: 'd1', machineSerial: 'PF1' }],
    workOrder: 'WO-7',
    imageIndex: 1,
    layoutName: 'uefi-standard',
    mediaPath,
    expectSha256: null,
    hash: null,
    ...changed,
  };
}

describe('checkAgainstOrder', () => {
  it.each<[string, string | undefined, Partial<OrderedRequest>, string, string | null]>([
    ['the order names it', ordered, {}, 'order', ordered],
    [
      'the operator gave it, and the order names the same',
      ordered,
      { expectSha256: ordered },
      'given',
      ordered,
    ],
    ['only the operator gave it', undefined, { expectSha256: other }, 'given', other],
    ['nobody said it', undefined, {}, 'none', null],
  ])('%s', (_title, named, changed, source, sha256) => {
    expect(checkAgainstOrder(open(named), request(changed))).toMatchObject({ source, sha256 });
  });

  it('knows a manifest beside the media, with an order and without', () => {
    writeFileSync(`${mediaPath}.sha256`, `${other}  Win11.wim\n`);
    expect(checkAgainstOrder(open(undefined), request())).toMatchObject({
      source: 'manifest',
      sha256: other,
    });
    expect(checkAgainstOrder(null, request())).toMatchObject({ source: 'manifest', sha256: other });
  });

  it.each<[string, Partial<OrderedRequest>]>([
    ['another number', { workOrder: 'WO-8' }],
    ['another image', { imageIndex: 2 }],
    ['another layout', { layoutName: 'windows-only' }],
    ['a machine that is not in it', { assignments: [{ driveId: 'd1', machineSerial: 'PF2' }] }],
    ['another hash from the operator', { expectSha256: other }],
    ['another hash from the media', { hash: { sha256: other, files: [] } }],
  ])('refuses %s', (_title, changed) => {
    let code: unknown = null;
    try {
      checkAgainstOrder(open(ordered), request(changed));
    } catch (error) {
      code = error instanceof PrestageError ? error.code : error;
    }
    expect(code).toBe('order-mismatch');
    // Without an open order each of them is fine.
    expect(() => checkAgainstOrder(null, request(changed))).not.toThrow();
  });
});

it('records and documents name the hash of an order as a given one', () => {
  expect((['given', 'manifest', 'order', 'none'] as const).map(recordedHashSource)).toEqual([
    'given',
    'manifest',
    'given',
    'none',
  ]);
});
