import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, listDrives } from '../support/cli';
import { apply, changeBench, idIn, place, ship, verify } from '../support/finished-bench';
import { temporaryArea } from '../support/global-setup';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A finished drive is recognised whatever changed around it (docs/adr/0025). */

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('drive-recognised');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

describe('a finished drive that comes back through an adapter with other sectors', () => {
  it.each([
    [512, 4096],
    [4096, 512],
  ])('is known: written with %i bytes, presented with %i', async (written, presented) => {
    const at = await place(area, `sectors-${written}`, 1);
    changeBench(at.bench, { sectorSize: written });
    expect((await apply(at, media.path, [`${await idIn(at, 'drive-01.img')}=FIRST-001`])).status).toBe(0);
    const [before] = await listDrives(at.bench);
    changeBench(at.bench, { sectorSize: presented });
    const [now] = await listDrives(at.bench);
    expect(now?.logicalSectorSize).toBe(presented);
    expect(now?.diskGuid).toBe(before?.diskGuid);
    expect(now?.contents).toEqual(['GPT partition table']);

    // It cannot be compared as it is presented now, and nothing is laid to the machine.
    const id = await idIn(at, 'drive-01.img');
    const read = await verify(at, id);
    expect([read.status, errorOf(read).code]).toEqual([3, 'adapter-differs']);
    expect(errorOf(read).message).toContain('FIRST-001');

    // Whoever writes it for another machine takes it from the first.
    expect((await apply(at, media.path, [`${id}=SECOND-02`])).status).toBe(0);
    expect(await ship(at, `S-${written}`)).toEqual({
      machines: [{ machineSerial: 'SECOND-02' }],
      leftOut: [
        {
          machineSerial: 'FIRST-001',
          reason:
            'Machine FIRST-001 no longer has its image: its drive was written again for machine SECOND-02.',
        },
      ],
    });
  });
});
