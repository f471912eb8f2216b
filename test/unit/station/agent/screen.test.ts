import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ThisMachine } from '../../../../core/machine/this-machine';
import { MachineScreen, type ScreenSize } from '../../../../station/agent/screen';

const machine: ThisMachine = {
  serial: '5CD1234XY1',
  facts: { uuid: '4c4c4544-0042-4a10-8059-b4c04f4d3132', macs: ['3C:52:82:10:20:30'] },
  ...{ refused: [], source: 'sysfs', needsPrivilege: false },
};
const waiting = { what: 'waiting', code: '7KQ2MX', station: 'Line 3', problem: null } as const;
const admitted = { what: 'admitted', code: '7KQ2MX', station: 'Line 3', sessions: 1 } as const;
const refused = { what: 'refused', code: '7KQ2MX', station: 'Line 3' } as const;
const drawScreen = (...[view, work, size]: Parameters<MachineScreen['draw']>): string =>
  new MachineScreen(machine).draw(view, work, size);
const large = { columns: 160, rows: 50 };

/** The console's lines, without its sequences. */
function linesOf(screen: string): string[] {
  return screen.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').split('\r\n');
}

describe('the screen of a machine', () => {
  it.each<ScreenSize>([
    large,
    { columns: 80, rows: 25 },
    { columns: 128, rows: 48 },
    { columns: 40, rows: 12 },
  ])('never has more than the console has: $columns × $rows', (size) => {
    for (const work of [null, { state: 'working', job: 'writing', done: 1, total: 3 } as const]) {
      for (const view of [waiting, admitted, refused]) {
        const lines = linesOf(drawScreen(view, work, size));
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(size.columns);
      }
    }
  });

  it('says what is going on', () => {
    const text = (view: typeof waiting | typeof admitted, done: number): string =>
      drawScreen(view, { state: 'working', job: 'writing', done, total: 200 }, large);
    expect(text(waiting, 0)).toContain('This machine waits until Line 3 admits it');
    expect(text(admitted, 99)).toContain('This machine is written. 49 %');
  });

  it('keeps its code where it was turned away: by that it can be let in', () => {
    const others = drawScreen({ ...refused, code: '3HT9WB' }, null, large);
    expect(drawScreen(refused, null, large)).not.toBe(others);
    expect(linesOf(others).join(' ')).toContain('With this code it can be admitted there.');
  });

  it('fills itself with the colour of the end, and says why it failed', () => {
    const end = (verdict: 'passed' | 'failed'): string =>
      drawScreen(
        admitted,
        { state: 'ended', verdict, text: 'The drive does not answer.', atEnd: 'wait', isDone: true },
        large,
      );
    expect(end('passed')).toMatch(/^\u001b\[0;97;42m/);
    expect(end('failed')).toMatch(/^\u001b\[0;97;41m/);
    expect(end('failed')).toContain('The drive does not answer.');
  });

  it('is green no more when the verdict is over', () => {
    const screen = new MachineScreen(machine);
    const ended = { state: 'ended', verdict: 'passed', text: '', atEnd: 'wait', isDone: true } as const;
    expect(screen.draw(admitted, ended, large)).toMatch(/^\u001b\[0;97;42m/);
    const erased = screen.draw(
      admitted,
      { state: 'working', job: 'sanitising', done: null, total: null },
      large,
    );
    expect(erased).toMatch(/^\u001b\[0;97;40m/);
    expect(erased).toContain('This machine erases its drive securely.');
    screen.draw(admitted, ended, large);
    expect(screen.draw(admitted, { state: 'none' }, large)).toMatch(/^\u001b\[0;97;40m/);
  });

  it('tells the console only what has changed', () => {
    const screen = new MachineScreen(machine);
    const draw = (done: number, size = large): string =>
      screen.draw(admitted, { state: 'working', job: 'writing', done, total: 200 }, size);
    expect(draw(20)).toContain('█');
    expect(draw(21)).toBe('');
    expect(draw(22)).toMatch(/^\u001b\[\d+;1H\u001b\[2K +This machine is written\. 11 %$/);
    expect(draw(22, { columns: 80, rows: 25 })).toContain('\u001b[2J');
  });

  it('has room for the code as bars on the smallest console, and shows it no more when it is admitted', () => {
    const small = { columns: 80, rows: 25 };
    const shown = drawScreen(waiting, null, small);
    expect(linesOf(shown).some((line) => line.trim() === 'Code 7KQ2MX')).toBe(true);
    const screen = new MachineScreen(machine);
    screen.draw(waiting, null, large);
    expect(screen.draw(admitted, null, large)).not.toContain('Code 7KQ2MX');
  });

  it.each([
    [waiting, ['Code 7KQ2MX', 'Serial 5CD1234XY1', '4C4C4544-0042', 'MAC 3C:52:82:10:20:30']],
    [admitted, ['Serial 5CD1234XY1', '4C4C4544-0042', 'MAC 3C:52:82:10:20:30', 'MAC 3C:52:82:10:20:31']],
  ] as const)(
    'has room for serial, UUID and MACs on a common console, whether it waits or works',
    (view, captions) => {
      const two = {
        ...machine,
        facts: { ...machine.facts, macs: ['3C:52:82:10:20:30', '3C:52:82:10:20:31'] },
      };
      const text = linesOf(new MachineScreen(two).draw(view, null, { columns: 128, rows: 48 })).join('\n');
      for (const caption of captions) expect(text).toContain(caption);
    },
  );

  it('shows barcodes that a scanner reads: code and serial as bars and squares, UUID and MAC as squares', () => {
    const lines = linesOf(drawScreen(waiting, null, large));
    // What has no room below its barcode goes on in the next line.
    expect(lines.join(' ').replace(/\s+/g, '')).toContain('UUID4C4C4544-0042-4A10-8059-B4C04F4D3132');
    const folder = mkdtempSync(join(tmpdir(), 'prestage-screen-'));
    try {
      const picture = join(folder, 'screen.pgm');
      writeFileSync(picture, pictureOf(lines, large));
      const read = spawnSync('zbarimg', ['--quiet', '--raw', picture], { encoding: 'utf8' }).stdout.split(
        '\n',
      );
      expect(read.filter((text) => text === '5CD1234XY1')).toHaveLength(2);
      expect(read.filter((text) => text === '7KQ2MX')).toHaveLength(2);
      expect(read).toContain('4C4C4544-0042-4A10-8059-B4C04F4D3132');
      expect(read).toContain('3C:52:82:10:20:30');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The console as a picture: places of 8 by 16 points, as the kernel's own font draws blocks. */
function pictureOf(lines: readonly string[], { columns, rows }: ScreenSize): Buffer {
  const [width, height] = [columns * 8, rows * 16];
  const points = Buffer.alloc(width * height);
  const lit: Record<string, readonly [left: number, right: number, top: number, bottom: number]> = {
    ...{ '█': [0, 8, 0, 16], '▀': [0, 8, 0, 8], '▄': [0, 8, 8, 16], '▌': [0, 4, 0, 16], '▐': [4, 8, 0, 16] },
  };
  for (const [row, line] of lines.entries()) {
    for (const [column, letter] of Array.from(line).entries()) {
      const [left, right, top, bottom] = lit[letter] ?? [0, 0, 0, 0];
      for (let y = top; y < bottom; y += 1) {
        const at = (row * 16 + y) * width + column * 8;
        points.fill(255, at + left, at + right);
      }
    }
  }
  return Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), points]);
}
