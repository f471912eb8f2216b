import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { agentFolder } from '../../../../station/agent/agent-folder';

const parent = mkdtempSync(join(tmpdir(), 'prestage-agent-folder-'));
afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** What an agent leaves that was killed: its socket and its mark. */
function left(name: string, mark: string | null): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'bytes.sock'), '');
  if (mark !== null) writeFileSync(join(folder, 'busy'), mark);
  return folder;
}

describe('the folder of an agent', () => {
  it('takes the folders of agents away that were killed, and nobody else’s', () => {
    const { pid } = spawnSync('true');
    const killed = left('prestage-agent-killed', `${String(pid)}-1-00000000`);
    const unmarked = left('prestage-agent-unmarked', null);
    const other = left('somebody-else', `${String(pid)}-1-00000000`);
    const first = agentFolder(parent);
    expect([killed, unmarked, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    const second = agentFolder(parent);
    expect(second).not.toBe(first);
    expect(existsSync(first)).toBe(true);
  });
});
