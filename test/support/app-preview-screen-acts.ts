import type { Page } from 'playwright-core';
import type { Act } from './app-preview-acts';
import { stateOf } from './app-preview-scanner-acts';
import { machineCode as codeOf, machineDisk } from './app-preview-machines-states';
import { machineStates } from './app-preview-machine-states';
import { machineOf } from './app-samples';

/** On the rail and on the screens that are led to from it. */

const queues = { method: 'listLabelQueues', request: {} } as const;
const list = { method: 'listShipments', request: {} } as const;

/** Serials of the lines that are ticked, from top to bottom. */
async function ticked(page: Page): Promise<string[]> {
  const rows = page.locator('.ship-row[data-ticked="true"] td:nth-child(3)');
  return await rows.allTextContents();
}

export const screenActs: readonly Act[] = [
  {
    name: 'the keys of the rail go through the work, and F1 to the help and back',
    state: stateOf('refused-scan'),
    run: async (page) => {
      for (const [key, screen] of [
        ['F2', 'Order'],
        ['F3', 'Media'],
        ['F4', 'Bench'],
        ['F1', 'Help'],
        ['F1', 'Bench'],
        ['F1', 'Help'],
        ['F5', 'Ship'],
        ['F6', 'Log'],
        ['F7', 'Settings'],
        ['F8', 'Machines'],
        ['Control+1', 'Order'],
        ['Control+4', 'Ship'],
      ] as const) {
        await page.keyboard.press(key);
        await page.locator('.rail-button[aria-current="page"]').getByText(screen, { exact: true }).waitFor();
        // A key so soon behind another one would be a scanner's.
        await page.waitForTimeout(300);
      }
    },
    expected: [
      { method: 'refreshLibrary', request: {} },
      list,
      queues,
      { method: 'cacheSize', request: {} },
      list,
    ],
  },
  {
    name: 'machines are admitted by their codes, one with the serial on its label, and one is turned away',
    state: stateOf('machines-busy'),
    run: async (page) => {
      await page.keyboard.press('F8');
      await page.getByRole('button', { name: `Admit ${machineOf(21)}` }).click();
      // Its firmware has no serial: without one there is nothing to admit.
      await page.getByRole('button', { name: 'Admit a machine without a serial', disabled: true }).waitFor();
      await page.getByLabel('Serial on its label').click();
      await page.keyboard.type('5cd9', { delay: 90 });
      await page.getByRole('button', { name: 'Admit a machine without a serial' }).click();
      await page.getByRole('button', { name: `Turn away ${machineOf(23)}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Turn away', exact: true }).click();
    },
    expected: [
      { method: 'admitMachine', request: { code: codeOf(21), serial: null } },
      { method: 'admitMachine', request: { code: codeOf(22), serial: '5cd9' } },
      { method: 'refuseMachine', request: { code: codeOf(23) } },
    ],
  },
  {
    name: 'two taps on Admit admit one machine: the row of the next one does not come under the finger',
    state: stateOf('machines-busy'),
    run: async (page, preview) => {
      const { rack } = stateOf('machines-busy');
      await page.keyboard.press('F8');
      const admit = page.getByRole('button', { name: /^Admit (?!.*after all)/ }).first();
      const place = await admit.boundingBox();
      if (place === null) throw new Error('no machine can be admitted');
      const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
      await page.mouse.click(x, y);
      const machines = rack.machines.map((machine) =>
        machine.serial === machineOf(21) ? { ...machine, state: 'admitted' as const } : machine,
      );
      await preview.push({ rack: { ...rack, machines } });
      await page.locator('.machines-asks[data-left="true"]').waitFor();
      await page.mouse.click(x, y);
    },
    expected: [{ method: 'admitMachine', request: { code: codeOf(21), serial: null } }],
  },
  {
    name: 'a machine that was turned away is admitted after all, by its code',
    state: stateOf('machines-busy'),
    run: async (page) => {
      await page.keyboard.press('F8');
      await page.getByRole('button', { name: `Admit ${machineOf(10)} after all` }).click();
      await page.getByText('It was turned away. Compare its code, then admit it.').waitFor();
      await page.getByRole('button', { name: `Admit ${machineOf(10)}, code` }).click();
    },
    expected: [{ method: 'admitMachine', request: { code: codeOf(10), serial: null } }],
  },
  {
    name: 'the disk of a machine gets its image without a serial that is typed',
    state: stateOf('bench-machines'),
    run: async (page) => {
      await page.getByRole('button', { name: `Bay ${machineOf(6)}: Offline` }).click();
      await page.getByRole('button', { name: 'Image this machine' }).click();
    },
    expected: [{ method: 'pairInMachine', request: { driveId: machineDisk(6).id } }],
  },
  {
    name: 'the operator is typed where there is no badge',
    state: stateOf('operator'),
    run: async (page) => {
      await page.getByRole('button', { name: 'Operator: Scan your badge' }).click();
      await page.getByText('Last: A. Jansen').waitFor();
      await page.keyboard.type('Ada Byron', { delay: 90 });
      await page.waitForTimeout(120);
      await page.keyboard.press('Enter');
    },
    expected: [{ method: 'setBatch', request: { operator: 'Ada Byron' } }],
    check: async (page) => {
      const open = await page.getByRole('dialog').count();
      return open === 0 ? null : 'the dialog is still open';
    },
  },
  {
    name: 'a machine that has a drive is written again for a reason',
    state: stateOf('again'),
    run: async (page) => {
      await page.getByRole('button', { name: 'Give a reason …' }).click();
      await page.getByLabel('Reason').fill('The first drive was lost');
      await page.getByRole('button', { name: 'Write it again', exact: true }).click();
    },
    expected: [
      {
        method: 'giveReason',
        request: { machineSerial: machineOf(9), reason: 'The first drive was lost', driveId: null },
      },
    ],
  },
  {
    name: 'a machine that images itself says over the whole window what a second try waits for, and takes it there',
    state: machineStates.failAsks,
    run: async (page) => {
      await page.getByText(/^This drive failed on 2026-11-28/).waitFor();
      await page.getByRole('button', { name: 'Give a reason …' }).click();
      await page.getByLabel('Reason').fill('The cable was loose');
      await page.getByRole('button', { name: 'Write it again', exact: true }).click();
    },
    expected: [
      {
        method: 'giveReason',
        request: { machineSerial: null, reason: 'The cable was loose', driveId: 'drive-01' },
      },
    ],
  },
  {
    name: 'several drives that failed are tried again for one reason, which is pressed',
    state: stateOf('rack-retry-reason'),
    run: async (page) => {
      await page.getByRole('option', { name: `Bay 6: FAIL, ${machineOf(6)}` }).click();
      await page.getByRole('option', { name: /^Bay 7: Cancelled/ }).click({ modifiers: ['Control'] });
      await page.getByRole('button', { name: 'Retry 2 bays' }).click();
      await page.getByText('Bay 6: Write error, 2026-11-28').waitFor();
      await page.getByRole('button', { name: 'Drive and connection checked' }).click();
      await page.getByRole('button', { name: 'Retry 2 drives' }).click();
    },
    expected: ['drive-06', 'drive-07'].map((driveId) => ({
      method: 'retryJob' as const,
      request: { driveId, reason: 'Drive and connection checked' },
    })),
  },
  {
    name: 'what machines do at the end is chosen on the list of what will be erased, which stays',
    state: stateOf('own-start-rack'),
    run: async (page) => {
      await page.getByRole('radio', { name: 'Machines wait until somebody turns them off' }).click();
    },
    expected: [{ method: 'chooseEnd', request: { atEnd: 'wait' } }],
    check: async (page) => {
      const open = await page.getByRole('dialog').count();
      return open === 1 ? null : 'the list is gone';
    },
  },
  {
    name: 'a number without a list is an order, and is taken off',
    state: stateOf('order-number'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('heading', { name: 'Work order WO-2025-00417', level: 1 }).waitFor();
      await page.getByLabel('Work order number').fill('WO-9');
      await page.getByRole('button', { name: 'Use this number' }).click();
      await page.getByRole('button', { name: 'Remove the number' }).click();
    },
    expected: [
      { method: 'setBatch', request: { workOrder: 'WO-9' } },
      { method: 'setBatch', request: { workOrder: '' } },
    ],
  },
  {
    name: 'a line of what waits is ticked wherever it is pressed, and all and none by a button',
    state: stateOf('ship'),
    run: async (page) => {
      await page.keyboard.press('F5');
      const line = page.locator('.ship-row', { hasText: machineOf(3) });
      await line.locator('td').last().click();
      const first = await ticked(page);
      if (first.join() !== machineOf(3)) throw new Error(`ticked: ${first.join()}`);
      // The box, and not the line once more.
      await page.getByLabel(`Select machine ${machineOf(2)}`).click();
      await line.click();
      const second = await ticked(page);
      if (second.join() !== machineOf(2)) throw new Error(`ticked: ${second.join()}`);
      await page.getByRole('button', { name: 'Select all 9' }).click();
      if ((await ticked(page)).length !== 9) throw new Error('not all are ticked');
      await page.getByRole('button', { name: 'Select none' }).click();
    },
    expected: [list],
    check: async (page) => {
      const left = await ticked(page);
      const height = (await page.locator('.ship-row').first().boundingBox())?.height ?? 0;
      return left.length === 0 && height >= 44 ? null : `${left.join()} ticked, ${height} px`;
    },
  },
  {
    name: 'a job ticket is printed where it is shown, with the name that is typed',
    state: stateOf('order-ticket'),
    run: async (page) => {
      await page.keyboard.press('F2');
      await page.getByRole('button', { name: 'Print job ticket' }).click();
      const name = page.getByLabel('Name of the media on the ticket');
      await name.fill('');
      await page.getByText('The name of the media is empty.').waitFor();
      const print = page.getByRole('button', { name: 'Print', exact: true });
      await print.waitFor({ state: 'detached' });
      await name.fill('Contoso');
      await page.locator('.ticket-media', { hasText: 'Contoso' }).waitFor();
      await print.click();
      await page.getByRole('button', { name: 'Back to the work order' }).click();
      await page.getByRole('button', { name: 'Print job ticket' }).waitFor();
    },
    expected: [{ method: 'printPage', request: {} }],
  },
  {
    name: 'the papers of a shipment are printed where they are shown',
    state: stateOf('ship'),
    run: async (page) => {
      await page.keyboard.press('F5');
      await page.getByRole('button', { name: 'Print the papers of shipment LS-2025-0041' }).click();
      await page.getByText('Received by, date').waitFor();
      await page.getByRole('button', { name: 'Labels' }).click();
      await page.getByAltText(`QR code of machine ${machineOf(12)}`).waitFor();
      await page.getByRole('button', { name: 'Print', exact: true }).click();
      await page.getByRole('button', { name: 'Back to Ship' }).click();
      await page.getByRole('heading', { name: 'Ship', level: 1 }).waitFor();
    },
    expected: [
      list,
      { method: 'getShipmentPapers', request: { number: 'LS-2025-0041' } },
      { method: 'printPage', request: {} },
    ],
  },
  {
    name: 'notices are dismissed all at once, and what is joined in one is told on demand',
    state: stateOf('notices-many'),
    run: async (page) => {
      await page.getByText('39 more like it').click();
      await page.getByText('The drive in bay 40 was not erased').waitFor();
      // Labels that were not printed are told together, and each is printed from there.
      await page.getByText('1 more like it').click();
      await page.getByRole('button', { name: `Print again the label of ${machineOf(2)}` }).click();
      await page.getByText('The print queue took the label.').waitFor();
      await page.getByRole('button', { name: 'Dismiss all 3' }).click();
    },
    expected: [
      { method: 'printLabels', request: { of: 'machine', machineSerial: machineOf(2) } },
      { method: 'dismissNotice', request: { id: 4 } },
      ...[1, 2, 3, 4].map((id) => ({ method: 'dismissNotice' as const, request: { id } })),
    ],
  },
  {
    name: 'labels are printed where a drive, a shipment and a notice offer them',
    state: stateOf('label-notice'),
    run: async (page) => {
      await page.getByRole('button', { name: 'Print again' }).click();
      await page.getByText('The print queue took the label.').waitFor();
      await page.getByRole('button', { name: /^Bay 2: / }).click();
      await page.getByRole('button', { name: 'Print label' }).click();
      await page.keyboard.press('Escape');
      await page.keyboard.press('F5');
      await page
        .getByRole('button', { name: 'Send the labels of shipment LS-2025-0041 to the label printer' })
        .click();
      await page.keyboard.press('F7');
      await page.getByRole('button', { name: 'Print a test label' }).click();
      await page.getByText('The print queue took it.').waitFor();
    },
    expected: [
      { method: 'printLabels', request: { of: 'machine', machineSerial: machineOf(1) } },
      { method: 'dismissNotice', request: { id: 7 } },
      { method: 'printLabels', request: { of: 'machine', machineSerial: machineOf(2) } },
      list,
      { method: 'printLabels', request: { of: 'shipment', number: 'LS-2025-0041' } },
      queues,
      { method: 'cacheSize', request: {} },
      { method: 'printLabels', request: { of: 'test' } },
    ],
  },
];
