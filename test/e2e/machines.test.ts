import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppWindow } from '../support/app-window';
import { card } from '../support/app-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { Running } from '../support/rack';
import { makeBench } from '../support/virtual-bench';

/** A machine is let into the rack of the real app, and is a bay beside those of the bench. */

let area: string;
let app: AppWindow;
let agent: Running | null = null;

beforeAll(async () => {
  area = temporaryArea('e2e-machines');
  const bench = join(area, 'bench');
  await makeBench(bench, 1);
  await makeBench(join(area, 'machine'), 1);
  app = await AppWindow.start({ state: join(area, 'state'), bench });
  await app.page.locator('li.card').first().waitFor();
});
afterAll(async () => {
  await agent?.kill();
  await app.end();
  removeArea(area);
});

describe('the rack of the app', () => {
  it('is switched on, lets a machine in by the code that is scanned, and shows it on the bench', async () => {
    await app.scan('OP-Ada Byron');
    await app.page.keyboard.press('F8');
    await app.page.getByRole('textbox', { name: 'Address and port' }).fill('127.0.0.1:0');
    await app.page.getByRole('button', { name: 'Serve the rack' }).click();
    const command = await app.page.getByText(/^prestage agent --station/).textContent();
    const [, station = '', fingerprint = ''] = present(
      /--station (\S+) --fingerprint ([0-9a-f]{64})/.exec(command ?? ''),
    );
    agent = new Running(
      [
        ...['agent', '--station', station, '--fingerprint', fingerprint],
        ...['--bench', join(area, 'machine'), '--serial', '5CD1234XY1'],
      ],
      { TMPDIR: area },
    );
    const [, code = ''] = await agent.says(/Code: (\S+ \S+)/);
    await app.page.getByText(code, { exact: true }).waitFor();
    await app.picture('machines-asking');
    // Whatever is shown here, whoever scans it stands before the machine.
    await app.page.keyboard.press('F4');
    await app.scan(code.replace(' ', ''));
    await agent.says(/is admitted/);
    await app.page.getByText('Machine 5CD1234XY1 is in the rack').first().waitFor();
    await card(app, '5CD1234XY1').getByText('Paired').waitFor();
    await app.picture('machines-on-the-bench');
    expect(await app.page.locator('li.card').count()).toBe(2);
  });
});
