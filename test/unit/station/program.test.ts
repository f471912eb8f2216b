import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { details, table } from '../../../station/cli/output';
import { runCommandLine } from '../../../station/cli/program';
import { buildScript } from '../../support/built-script';
import { temporaryArea } from '../../support/global-setup';

const script = buildScript(fileURLToPath(new URL('./fake-helper.ts', import.meta.url)));
afterAll(script.remove);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: string[], options: { mode?: string; signal?: AbortSignal } = {}): Promise<Run> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runCommandLine({
    args,
    version: '1.2.3',
    helper: [process.execPath, script.path, options.mode ?? 'good'],
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

describe('the command line', () => {
  it('tells its version and its help', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/drives.*media.*ledger.*bench.*Exit codes/s);
    expect((await run(['media', 'inspect', '--help'])).stdout).toContain('prestage media inspect');
  });

  it.each([
    [[], /A command is missing.*prestage --help/s],
    [['media'], /A command is missing.*prestage media --help/s],
    [['format'], /nknown command 'format'/],
    [['drives', '--force'], /nknown option '--force'.*prestage drives --help/s],
    [['drives', 'sda'], /Unknown command 'sda'.*prestage drives --help/s],
    [['cache', 'show', 'sda'], /too many arguments/i],
    [['media', 'inspect'], /missing required argument 'file'/i],
    [['media', 'inspect', 'x', '--image', '0'], /a whole number, at least 1/],
    [['order', 'open'], /missing required argument 'file'/i],
    [['order', 'except', '5CD1'], /required option '--reason/i],
    [['bench', 'create', 'x', '--drives', '4'], /required option '--size/i],
    [['bench', 'create', 'x', '--drives', '49', '--size', '8G'], /1 to 48/],
    [['bench', 'create', 'x', '--drives', '4', '--size', 'big'], /8G/],
    [['bench', 'create', 'x', '--drives', '4', '--size', '8G', '--sector-size', '520'], /512, 4096/],
  ])('refuses %j as bad usage', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it.each([
    ['verify', '--drive', 'x'],
    ['rehearse', '--drive', 'x'],
    ['drives', 'check', '--drive', 'x'],
    ['sanitise', '--drive', 'x'],
    ['apply', '--media', 'x', '--drive', 'x'],
    ['media', 'receive', 'x'],
    ['ship', 'x'],
    ['order', 'close'],
    ['machine', 'returned', 'x'],
    ['live', 'unlock-disk', 'x', '--machine', 'x'],
    ['live', 'image-disk', 'x'],
    ['rack', 'serve', '--listen', '[::1]:7443'],
    ['rack', 'admit', 'x'],
  ])('refuses an operator of whose name nothing can be read: %j', async (...args) => {
    for (const name of ['', '  ', '\u200b']) {
      const { code, stderr, stdout } = await run([...args, '--operator', name]);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /'--operator <name>' argument .* is invalid\. It must have visible characters\./,
      );
      expect(stdout).toBe('');
    }
  });

  it.each([
    [['nonsense', '--help'], /Unknown command 'nonsense'\..*See prestage --help/s],
    [['medai', '--help'], /Unknown command 'medai'\. Did you mean 'media'\?/],
    [['--help', 'medai'], /Unknown command 'medai'\. Did you mean 'media'\?/],
    [['aply'], /Did you mean 'apply'\?/],
    [
      ['media', 'inspct', '--help'],
      /Unknown command 'inspct'\. Did you mean 'inspect'\?.*prestage media --help/s,
    ],
    [['media', 'inspct', '-h'], /Did you mean 'inspect'\?/],
    [['help', 'nonsense'], /Unknown command 'nonsense'/],
    [['drives', '--json=yes', '--help'], /Option '--json' takes no value/],
    [['help', 'ledgr'], /Did you mean 'ledger'\?/],
    [['help', 'media', 'verfy'], /Did you mean 'verify'\?/],
    [['media', 'help', 'verfy'], /Did you mean 'verify'\?/],
    [['drives', '--jsno', '--help'], /Unknown option '--jsno'\. Did you mean '--json'\?/],
    [['drives', '--bnech=x', '--help'], /Unknown option '--bnech=x'\. Did you mean '--bench'\?/],
    // Said before that the option which was meant is missing.
    [
      ['verify', '--drve', 'x'],
      /Unknown option '--drve'\. Did you mean '--drive'\?.*See prestage verify --help/s,
    ],
    [['apply', '--medai=x', '--drive', 'a=B12'], /Unknown option '--medai=x'\. Did you mean '--media'\?/],
    [['--jsno', '--help'], /Unknown option '--jsno'/],
    [['drives', 'chek', '--help'], /Unknown command 'chek'\. Did you mean 'check'\?/],
    [['cache', 'show', 'sda', '--help'], /Nothing was expected at 'sda'/],
    [['drives', '--bench', '--json'], /Option '--bench <dir>' has no value: '--json' follows it/],
    [['drives', '--bench', '--help'], /Option '--bench <dir>' has no value: '--help' follows it/],
  ])('lets no typing error look like success: %j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, said: code === 2 ? stderr : stdout }).toEqual({
      code: 2,
      said: expect.stringMatching(message) as string,
    });
    expect(stdout).not.toContain('Usage:');
  });

  it('help with --json keeps standard output free', async () => {
    const { code, stdout, stderr } = await run(['media', '--help', '--json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('prestage media');
  });

  it.each([
    [['help'], 'Exit codes'],
    [['help', 'media'], 'prestage media'],
    [['help', 'media', 'inspect'], 'prestage media inspect [options] <file>'],
    [['help', 'help'], 'Exit codes'],
    [['media', 'help', 'inspect'], 'prestage media inspect'],
    [['media', 'inspect', '-h'], 'prestage media inspect'],
    [['media', 'inspect', 'x.wim', '--image', '2', '--help'], 'prestage media inspect'],
    [['drives', '--bench=x', '--help'], 'prestage drives'],
  ])('help is help: %j', async (args, words) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout).toContain(words);
  });

  it('answers in JSON also when the command line is wrong', async () => {
    const { code, stdout } = await run(['drives', '--force', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', cause: null } });
  });

  it('lists drives', async () => {
    expect(await run(['drives'])).toMatchObject({ code: 0, stdout: 'There are no drives.\n' });
    const { stdout, stderr } = await run(['drives', '--json']);
    expect(JSON.parse(stdout)).toEqual({ drives: [], controllers: [] });
    expect(stderr).toBe('');
  });

  it('says what was refused, why, and what to do', async () => {
    const plain = await run(['media', 'inspect', '/m.wim']);
    expect(plain).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(
        /error: \/m\.wim ends too early\.\n {4}wimlib 65\nwhat to do: Copy it again\.\n$/,
      ) as string,
    });
    const { code, stdout } = await run(['media', 'inspect', '/m.wim', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'media-truncated',
        message: '/m.wim ends too early.',
        cause: 'wimlib 65',
        remedy: 'Copy it again.',
        offset: 4096,
      },
    });
  });

  it('ends as cancelled', async () => {
    const controller = new AbortController();
    const running = run(['drives'], { signal: controller.signal, mode: 'silent' });
    setTimeout(() => {
      controller.abort();
    }, 50);
    const { code, stdout, stderr } = await running;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/cancelled/);
  });

  it('is quiet when nobody reads', async () => {
    const stdout = new PassThrough();
    stdout.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    stdout.on('error', () => undefined);
    const code = await runCommandLine({
      args: ['drives'],
      version: '1',
      helper: [process.execPath, script.path, 'good'],
      stdout,
      stderr: new PassThrough(),
      signal: new AbortController().signal,
    });
    expect(code).toBe(0);
  });

  it('makes and removes a bench', async () => {
    const area = temporaryArea('bench');
    onTestFinished(() => {
      rmSync(area, { recursive: true });
    });
    const folder = join(area, 'b');
    const made = await run(['bench', 'create', folder, '--drives', '2', '--size', '1G', '--json']);
    expect(JSON.parse(made.stdout)).toMatchObject({ bench: folder, drives: [{ size: 2 ** 30 }, {}] });
    expect((await run(['bench', 'create', folder, '--drives', '2', '--size', '1G'])).code).toBe(3);
    expect((await run(['bench', 'remove', folder])).code).toBe(0);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('tables', () => {
  it('have no lines, no colours and no trailing space, and their cells are safe', () => {
    const text = table(
      [{ title: 'BAY' }, { title: 'SIZE', align: 'right' }, { title: 'WHY' }],
      [
        ['bay 1', '8.0 GiB', ['mounted at /', 'in use']],
        ['b\u202Ead\u001b]8;;x\u0007', '1 bytes', null],
      ],
    );
    expect(text.split('\n')).toEqual([
      'BAY          SIZE  WHY',
      'bay 1     8.0 GiB  mounted at /',
      '                   in use',
      'bad]8;;x  1 bytes  -',
    ]);
    expect(
      details([
        ['a', 'x'],
        ['long', ['y', 'z']],
      ]),
    ).toBe('a     x\nlong  y\n      z');
  });
});
