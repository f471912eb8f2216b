import { afterEach, describe, expect, it } from 'vitest';
import { runTool, warningsOf, type ToolOptions, type ToolResult } from '../../../../helper/tools/runner';

/** What comes of a tool: what one that ended with 0 warned of, and one that does not end. */

describe('warnings of a tool', () => {
  const file = '/srv/pass-then-fail/lost/p1.img';
  const args = ['-F', '-Q', file];

  it('are not looked for in the paths that it was told', () => {
    const stderr = `${file} is not a block device.\nmkntfs forced anyway.\n`;
    expect(warningsOf({ args, stderr })).toEqual([]);
  });

  it('are found beside such a path', () => {
    const stderr = `Failed to open ${file}\n`;
    expect(warningsOf({ args, stderr })).toEqual([`Failed to open ${file}`]);
  });

  it('are found where an option names the path', () => {
    const stderr = `skipping ${file}\nopened ${file}\n`;
    expect(warningsOf({ args: [`--dest-dir=${file}`], stderr })).toEqual([`skipping ${file}`]);
  });
});

describe('a tool that does not end when it is killed', () => {
  const left: number[] = [];
  afterEach(() => {
    for (const id of left.splice(0)) process.kill(id, 'SIGKILL');
  });

  /** As one that a drive keeps in the kernel: its output stays open. Here another process keeps it, whose id it says. */
  async function run(options: ToolOptions): Promise<ToolResult> {
    const begun = performance.now();
    return await runTool('lsblk', [], {
      ...{ killAfter: 100, before: ['/bin/sh', '-c', "trap '' TERM; sleep 25 & echo $!; wait"] },
      ...options,
      onOutput: (text) => {
        left.push(Number(text));
        options.onOutput?.(text);
      },
    }).finally(() => {
      expect(performance.now() - begun).toBeLessThan(15_000);
    });
  }

  it('has not responded in time', async () => {
    await expect(run({ timeout: 1_000 })).rejects.toMatchObject({
      data: { code: 'tool-failed', message: 'The tool lsblk did not respond in time.' },
    });
    expect(left).toHaveLength(1);
  });

  it('is cancelled', async () => {
    const stop = new AbortController();
    const asked = run({
      signal: stop.signal,
      onOutput: () => {
        stop.abort();
      },
    });
    await expect(asked).rejects.toMatchObject({ data: { code: 'cancelled' } });
  });

  it('has given what was wanted of it', async () => {
    const { status, stdout } = await run({ firstBytes: 1 });
    expect([status, stdout.toString('utf8')]).toEqual([0, String(left[0]).slice(0, 1)]);
  });
});
