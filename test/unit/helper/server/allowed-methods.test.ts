import { expect, it } from 'vitest';
import { bootMethods } from '../../../../core/contract/helper-boot';
import { helperMethods } from '../../../../core/contract/helper-api';
import { liveMethods } from '../../../../core/contract/helper-live';
import { forStations, withPrivilege } from '../../../../helper/server/allowed-methods';

it('a helper with rights serves every verb of a live system but the one that reads, and none that reads or makes files', () => {
  const refused = Object.keys(helperMethods).filter((method) => !withPrivilege.has(method));
  expect(Object.keys(liveMethods).filter((method) => refused.includes(method))).toEqual(['readLive']);
  for (const method of ['listDrives', 'inspectMedia', 'createMedia', 'hashMedia', 'makeDiskImage']) {
    expect(refused).toContain(method);
  }
});

it('of starting machines from the network, a helper with rights serves what answers them, and nothing that reads files', () => {
  expect(Object.keys(bootMethods).filter((method) => withPrivilege.has(method))).toEqual(['serveBoot']);
  expect(Object.keys(bootMethods).filter((method) => forStations.has(method))).toEqual([]);
});

it('a station elsewhere gets a list of drives and what a job takes, and nothing of a live system', () => {
  expect(forStations.has('listDrives')).toBe(true);
  expect(forStations.has('runJob')).toBe(true);
  expect([...forStations].filter((method) => method in liveMethods)).toEqual([]);
  expect([...forStations].filter((method) => !(method in helperMethods))).toEqual([]);
});
