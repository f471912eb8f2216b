import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { assessInterface } from '../../../../core/netboot/boot-interface';
import { factsOf } from '../../../../helper/netboot/interfaces';

/** What `ip` of iproute2 6.1 printed in a network namespace with one interface of each kind. */
const folder = resolve(import.meta.dirname, '../../../fixtures/recorded/netboot');
const links = readFileSync(join(folder, 'ip-address.json'), 'utf8');
const routes = ['ip-route-4.json', 'ip-route-6.json'].map((name) => readFileSync(join(folder, name), 'utf8'));

it('reads what ip tells, and says what stands against each interface', () => {
  const found = factsOf(links, routes, (name) => name === 'wlan0').map(assessInterface);
  expect(found.map(({ name, address, refused }) => [name, address, refused?.message ?? null])).toEqual([
    ['lo', '127.0.0.1', 'The interface lo leads to this computer alone.'],
    ['rack0', '192.168.77.1', null],
    ['office0', '10.20.0.5', expect.stringContaining('default route')],
    ['office6', '192.168.9.1', expect.stringContaining('default route')],
    ['bare0', null, 'The interface bare0 has no IPv4 address.'],
    ['twice0', null, 'The interface twice0 has 2 IPv4 addresses.'],
    ['off0', '192.168.78.1', 'The interface off0 is switched off.'],
    ['alone0', '192.168.79.1', expect.stringContaining('no cable')],
    ['wlan0', '192.168.80.1', 'The interface wlan0 is wireless: machines start through a cable.'],
    ['tiny0', '192.168.81.1', expect.stringContaining('too small')],
  ]);
  expect(
    found.map(({ refused }) => refused?.code).filter((code) => code === 'boot-default-route'),
  ).toHaveLength(2);
});
