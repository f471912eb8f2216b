import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../../helper/tools/runner';

/** What a tool that ended with 0 warned of. */

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
