import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toErrorData } from '../../core/base/errors';
import { HelperClient } from '../../station/helper-client/helper-client';
import { HelperProcess } from '../../station/helper-client/helper-process';
import { removeArea, temporaryArea } from '../support/global-setup';
import { LoopStick } from '../support/loop-stick';
import { isRoot } from '../support/loop';
import { standIn } from '../support/refusal-run';

/** A machine of the rack on its live system. What would turn it off only notes that it was called: this computer stays on. */

const MiB = 1024 * 1024;
let area: string;
let on: LoopStick | null = null;

beforeAll(() => {
  area = temporaryArea('rack-end-live');
});
afterEach(async () => {
  await on?.end();
  on = null;
});
afterAll(() => {
  removeArea(area);
});

describe.skipIf(!isRoot)('a machine of the rack', () => {
  it('goes off at the end, and not while one of its disks is worked on', async () => {
    on = await LoopStick.start(join(area, 'stick'), 64, {
      commandLine: 'boot=live prestage.role=agent',
    });
    const called = join(area, 'called');
    standIn(on.live.bin, 'systemctl', `echo "$*" >>'${called}'`);
    const file = join(area, 'disk.img');
    writeFileSync(file, '');
    truncateSync(file, 64 * MiB);
    const disk = await on.plugIn(file, 'SECOND0001');
    const [program, ...args] = on.live.helper(resolve('dist/helper.cjs'));
    const tell = async (): Promise<string> => {
      const process_ = new HelperProcess({
        file: program,
        args: [...args, '--agent', join(area, 'nobody.sock')],
        environment: {},
      });
      const client = new HelperClient(process_);
      try {
        await client.greet('test');
        return (await client.call('tellMachine', { verdict: 'passed', text: '', atEnd: 'off' })).did;
      } catch (error) {
        return toErrorData(error).code;
      } finally {
        await client.dispose();
      }
    };
    // Another batch of the station writes the machine's second disk.
    const user = openSync(disk, 'r+');
    expect(await tell()).toBe('drive-busy');
    expect(existsSync(called)).toBe(false);
    closeSync(user);
    expect(await tell()).toBe('off');
    expect(readFileSync(called, 'utf8')).toBe('--no-block poweroff\n');
  });
});
