import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeArea, temporaryArea } from '../support/global-setup';
import { Running } from '../support/rack';
import { makeBench } from '../support/virtual-bench';

/** What an agent leaves behind when its machine restarts or goes off. */

let area: string;

beforeAll(() => {
  area = temporaryArea('agent-screen');
});
afterAll(() => {
  removeArea(area);
});

it.each([
  ["nothing on a machine's screen, where PASS or FAIL stands", ['--screen'], false],
  ['a word where it was started by hand', [], true],
] as const)('leaves %s', async (_what, more, says) => {
  const bench = join(area, `bench-${String(more.length)}`);
  await makeBench(bench, 1);
  const args = ['agent', '--station', '127.0.0.1:9', '--fingerprint', 'a'.repeat(64), '--bench', bench];
  const agent = new Running([...args, '--serial', 'AGENT0001', ...more], { TMPDIR: area });
  // Nobody listens at that port: it says so, and goes on asking.
  await agent.says(/\S/);
  await agent.stop();
  expect(agent.text.includes('The agent was stopped.'), agent.text).toBe(says);
});
