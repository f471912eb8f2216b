import { expect, it } from 'vitest';
import { addressRange } from '../../../core/netboot/boot-interface';
import { commandLine, grubConfig } from '../../../core/netboot/boot-words';

it('machines get the longer part of the network, and never the address of the station', () => {
  expect(addressRange('192.168.77.1', 24)).toEqual({
    ...{ first: '192.168.77.2', last: '192.168.77.254', netmask: '255.255.255.0' },
  });
  expect(addressRange('192.168.77.254', 24)).toMatchObject({ first: '192.168.77.1', last: '192.168.77.253' });
  expect(addressRange('192.168.77.200', 24)).toMatchObject({ first: '192.168.77.1', last: '192.168.77.199' });
  expect(addressRange('10.0.0.9', 29)).toEqual({
    ...{ first: '10.0.0.10', last: '10.0.0.14', netmask: '255.255.255.248' },
  });
  // So many that dnsmasq keeps the lease of each.
  expect(addressRange('172.16.0.1', 16)).toEqual({
    ...{ first: '172.16.239.255', last: '172.16.255.254', netmask: '255.255.0.0' },
  });
});

it('has no range where there is no room, or the address is not a host', () => {
  for (const [address, prefix] of [
    ...[['10.0.0.1', 30] as const, ['10.0.0.1', 32] as const, ['10.0.0.1', 8] as const],
    ...[['192.168.77.0', 24] as const, ['192.168.77.255', 24] as const],
  ]) {
    expect(addressRange(address, prefix), `${address}/${prefix}`).toBeNull();
  }
});

const words = {
  ...{ address: '192.168.77.1', httpPort: 7412, agentPort: 7411 },
  fingerprint: 'a'.repeat(64),
  system: 'b'.repeat(64),
};

it('tells the machine its station, the station its certificate, and the system its SHA-256', () => {
  const line = commandLine(words).split(' ');
  expect(line).toEqual(
    expect.arrayContaining([
      'prestage.role=agent',
      'prestage.station=192.168.77.1:7411',
      `prestage.fingerprint=${'a'.repeat(64)}`,
      `prestage.system=${'b'.repeat(64)}`,
      'fetch=http://192.168.77.1:7412/filesystem.squashfs',
    ]),
  );
  // The kernel's own limit on x86 is 2048 (COMMAND_LINE_SIZE).
  expect(commandLine(words).length).toBeLessThan(1024);
  expect(grubConfig(words)).toContain('set superusers="nobody"');
});

it('puts nothing on the command line that is not what it says it is', () => {
  for (const wrong of [
    { address: '192.168.77.1 init=/bin/sh' },
    { fingerprint: 'A'.repeat(64) },
    { system: '' },
    { httpPort: 0 },
  ]) {
    expect(() => grubConfig({ ...words, ...wrong })).toThrow();
  }
});
