import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNvmeTransports } from '../../../../helper/drives/drives-sysfs';

let sys: string;
beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), 'prestage-test-nvme-'));
});
afterEach(() => {
  rmSync(sys, { recursive: true, force: true });
});

/** Writes `transport` files below a drive's `device` folder, as /sys has them. */
function make(transports: Readonly<Record<string, string>>): void {
  for (const [folder, transport] of Object.entries(transports)) {
    const place = join(sys, 'class/block/nvme0n1/device', folder);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'transport'), `${transport}\n`);
  }
}

describe('readNvmeTransports', () => {
  it('reads the controller of a drive without multipath', async () => {
    make({ '.': 'pcie' });
    expect(await readNvmeTransports(sys, 'nvme0n1')).toEqual(['pcie']);
  });
  it('reads every controller of a subsystem', async () => {
    make({ nvme0: 'pcie', nvme1: 'tcp' });
    expect((await readNvmeTransports(sys, 'nvme0n1'))?.sort()).toEqual(['pcie', 'tcp']);
  });
  it('says so when nothing is told', async () => {
    expect(await readNvmeTransports(sys, 'nvme0n1')).toBeNull();
  });
  it('asks nothing of other drives', async () => {
    expect(await readNvmeTransports(sys, 'sda')).toEqual([]);
  });
});
