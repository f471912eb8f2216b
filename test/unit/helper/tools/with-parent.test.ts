import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withParent } from '../../../../helper/tools/with-parent';

/** A program that ends with its parent, also with one that ended before it was started. */

describe('a program that ends with its parent', () => {
  it('runs while it is there', () => {
    const [program, ...args] = withParent(['/bin/echo', 'a b', '$HOME']);
    expect(spawnSync(program, args, { encoding: 'utf8' }).stdout).toBe('a b $HOME\n');
  });

  it('is not run where it ended meanwhile', () => {
    // Our child has us for its parent, and not who was meant: as with one that ended, whose children get another.
    const [program, ...args] = withParent(['/bin/echo', 'I run'], [], 1);
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 1]);
  });

  it('is killed when it is killed', async () => {
    const argv = withParent(['/bin/sleep', '25'], [], 0).map((arg) => (arg === '0' ? '"$$"' : `'${arg}'`));
    const parent = spawn('/bin/sh', ['-c', `${argv.join(' ')} & echo $!; wait`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const id = await new Promise<number>((told) => {
      parent.stdout.once('data', (text: Buffer) => {
        told(Number(text));
      });
    });
    const isThere = (): boolean => existsSync(`/proc/${id}/exe`);
    await expect
      .poll(() => spawnSync('ps', ['-o', 'args=', String(id)], { encoding: 'utf8' }).stdout)
      .toContain('sleep 25');
    expect(isThere()).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(isThere).toBe(false);
  });
});
