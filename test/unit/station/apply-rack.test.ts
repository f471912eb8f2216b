import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../station/cli/command-context';
import { chooseInRack } from '../../../station/cli/apply-rack';
import type { MachineFacts } from '../../../station/helper-client/helpers';

/** What `apply --rack` says where there is nothing to write. */

const machine = (serial: string): MachineFacts => ({
  ...{ id: 'a'.repeat(12), certificate: 'a'.repeat(64), connected: true },
  machine: { serial, facts: {}, refused: [], source: 'sysfs', needsPrivilege: false },
  admission: { how: 'code', by: 'ana', time: '2026-12-01T10:00:00.000Z', serial },
});

function choose(machines: readonly MachineFacts[]): Promise<unknown> {
  const context = {
    helpers: { machinesOfRack: () => Promise.resolve(new Map(machines.map((one) => [one.id, one]))) },
    output: { message: () => undefined },
    signal: new AbortController().signal,
  } as unknown as Pick<CommandContext, 'helpers' | 'output' | 'signal'>;
  return chooseInRack({ rack: true }, { choose: 'only' }, context, () => true);
}

describe('apply --rack', () => {
  it('says so where all machines are finished, and how one of them is written again', async () => {
    await expect(choose([machine('5CD1')])).rejects.toMatchObject({
      data: {
        code: 'rack-machine-unknown',
        message: 'Every machine of the rack that is there already has a finished drive.',
        remedy: expect.stringContaining('--machine SERIAL --again REASON') as string,
      },
    });
  });

  it('says so where none is there: no code is to be read once more', async () => {
    await expect(choose([])).rejects.toMatchObject({
      data: {
        message: 'No machine of the rack is there.',
        remedy: expect.not.stringContaining('code') as string,
      },
    });
  });
});
