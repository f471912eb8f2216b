import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { productManifest } from '../../build/package/paths';
import { errorDataSchema } from '../../core/base/errors';
import { appRackSchema } from '../../core/contract/app-rack';
import { prestage } from '../support/cli';
import { removeArea, openToOthers, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { dnsmasqIn, makeMedium, startMachine } from '../support/netboot';
import { ip, NetworkRoom } from '../support/network-room';

/** `prestage rack serve --interface`, in network namespaces: one is the station, one a machine, one another network. */

const root = resolve(import.meta.dirname, '../..');
const { version } = productManifest();
const system = randomBytes(3_000_000);
const nobody = 65_534;
/** A rule of the test's own, for exactly the helper. */
const sudoers = '/etc/sudoers.d/prestage-test-netboot';
const helper = resolve(prestage, '../helper.cjs');
const sha256 = createHash('sha256').update(system).digest('hex');

interface Held {
  readonly ready: Promise<void>;
  readonly end: () => Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly ended: Promise<number>;
}

/** What app-rack-process.ts says in a line. */
const appSaysSchema = z.object({
  serves: z.string().optional(),
  boot: appRackSchema.shape.boot.optional(),
  error: errorDataSchema.nullable().optional(),
  kept: z.object({ on: z.boolean(), interface: z.string().nullable() }).optional(),
  refused: errorDataSchema.optional(),
});

interface AppTold extends Started {
  /** Its state as it was said last. */
  readonly last: () => z.infer<typeof appSaysSchema> | undefined;
  /** Code of the last refusal. */
  readonly refused: () => string | undefined;
  readonly tell: (wish: object) => void;
}

describe.skipIf(!isRoot)('machines that are started from the network', () => {
  let area: string;
  let room: NetworkRoom;
  let station: string;
  let machine: string;
  let image: string;
  let temporary: string;
  const started: Started[] = [];
  let states = 0;

  beforeAll(() => {
    area = temporaryArea('netboot');
    openToOthers(area);
    image = join(area, 'medium');
    makeMedium(image, system);
  });
  beforeEach(() => {
    // Of this case alone: what the one before was killed over may lie in its own.
    temporary = join(area, `tmp-${String((states += 1))}`);
    mkdirSync(temporary);
    // As /tmp is.
    chmodSync(temporary, 0o1777);
  });
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    room.remove();
    rmSync(sudoers, { force: true });
  });
  afterAll(() => {
    removeArea(area);
  });

  /** A station with a cable to a machine, at rack0, and one to another network, at office0. */
  function plug(): void {
    room = new NetworkRoom();
    [station, machine] = [room.computer(), room.computer()];
    room.cable(station, machine, { from: 'rack0', to: 'eth0' });
    room.address(station, 'rack0', '192.168.77.1/24');
    room.address(machine, 'eth0', '192.168.77.9/24');
  }

  /**
   * Starts the station's program in its namespace.
   * @param before what a shell does there before, in mounts of its own
   * @param user whose program it is
   */
  function serve(options: readonly string[] = [], before = '', user = 0): Started {
    const state = join(area, `state-${String((states += 1))}`);
    mkdirSync(state);
    chownSync(state, user, user);
    const args = [
      'rack',
      'serve',
      '--interface',
      'rack0',
      '--boot-image',
      image,
      '--state',
      state,
      ...options,
    ];
    return run([prestage, ...args], before, user);
  }

  /** Starts a program of Node in the station's namespace. */
  function run(program: readonly string[], before: string, user: number): Started {
    const as = user === 0 ? '' : `setpriv --reuid=${user} --regid=${user} --clear-groups`;
    const shell = ['sh', '-c', `${before} exec ${as} "$@"`, 'sh'];
    const child = spawn('ip', ['netns', 'exec', station, ...shell, process.execPath, ...program], {
      env: { ...process.env, TMPDIR: temporary, HOME: area },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => (text += piece.toString()));
    }
    const ended = new Promise<number>((done) => {
      child.once('close', (code) => {
        done(code ?? -1);
      });
    });
    const one = { child, text: () => text, ended };
    started.push(one);
    return one;
  }

  async function serving(one: Started): Promise<void> {
    await expect.poll(() => one.text(), { timeout: 60_000 }).toContain('are started from the network');
  }

  /** What `serve` refuses with. */
  async function refusal(
    options: readonly string[] = [],
    before = '',
  ): Promise<z.infer<typeof errorDataSchema>> {
    const one = serve([...options, '--json'], before);
    expect(await one.ended, one.text()).toBe(3);
    expect(one.text()).not.toContain('are started from the network');
    expect(leftFolders()).toEqual([]);
    const document = one.text().slice(one.text().indexOf('{'));
    return z.object({ error: errorDataSchema }).parse(JSON.parse(document)).error;
  }

  const leftFolders = (): string[] =>
    readdirSync(temporary).filter((name) => name.startsWith('prestage-netboot'));

  /** The app in the station's namespace. @returns what it says, and what tells it */
  function openApp(user = 0): AppTold {
    const folder = join(area, `app-${String((states += 1))}`);
    mkdirSync(folder);
    chownSync(folder, user, user);
    // One process, so that killing it kills the app.
    const program = ['--import', 'tsx', join(root, 'test/support/app-rack-process.ts')];
    const one = run([...program, join(folder, 'state'), join(folder, 'bench'), version], '', user);
    const said = (): z.infer<typeof appSaysSchema>[] =>
      one
        .text()
        .split('\n')
        .slice(0, -1)
        .flatMap((line) => {
          const read = line.startsWith('{') ? appSaysSchema.safeParse(JSON.parse(line)) : null;
          return read?.success === true ? [read.data] : [];
        });
    return {
      ...one,
      last: () => said().findLast(({ boot }) => boot !== undefined),
      refused: () => said().findLast(({ refused }) => refused !== undefined)?.refused?.code,
      tell: (wish) => one.child.stdin?.write(`${JSON.stringify(wish)}\n`),
    };
  }

  /** Whether it looks for another server, over the port of a machine that starts. */
  const isLooking = (): boolean =>
    ip('netns', 'exec', station, 'ss', '-Hlnu')
      .split('\n')
      .some((line) => /:68\s/.test(line));

  it('gives a machine an address, what starts it, the station’s fingerprint and its system', async () => {
    plug();
    const other = room.computer();
    room.cable(station, other, { from: 'office0', to: 'eth0' });
    room.address(station, 'office0', '10.20.0.5/24');
    room.address(other, 'eth0', '10.20.0.6/24');
    ip('-n', station, 'route', 'add', 'default', 'via', '10.20.0.6', 'dev', 'office0');
    const one = serve();
    await serving(one);
    // A stranger takes all connections that it gets, and again and again: it keeps nobody out.
    room.address(machine, 'eth0', '192.168.77.66/24');
    const flood = floodFrom('192.168.77.66', ['192.168.77.1', [7411, 7412]]);
    await flood.ready;
    const given = startMachine(machine, '192.168.77.9');
    await flood.end();
    expect(given.offer).toMatchObject({ server: '192.168.77.1', file: 'shimx64.efi' });
    expect(given.offer.address).toMatch(/^192\.168\.77\.(?!1$)\d+$/);
    // Neither a way out of the network nor a server of names: there is none.
    for (const option of ['3', '6']) expect(Object.keys(given.offer.options)).not.toContain(option);
    expect(given.system).toBe(sha256);
    expect(given.config).toContain(`prestage.system=${sha256}`);
    const [, fingerprint = 'none'] = /--fingerprint ([0-9a-f]{64})/.exec(one.text()) ?? [];
    expect(given.config).toContain(`prestage.station=192.168.77.1:7411 prestage.fingerprint=${fingerprint}`);
    expect(given.sizes).toEqual({ 'shimx64.efi': 600, 'grubx64.efi': 700, vmlinuz: 5000, initrd: 9000 });
    expect(given.outside).toBe('refused');

    // On this interface alone: neither DHCP, TFTP nor HTTP answer on the other one.
    const listening = spawnSync('ip', ['netns', 'exec', station, 'ss', '-Hlntu'], {
      encoding: 'utf8',
    }).stdout;
    const places = listening.split('\n').flatMap((line) => line.trim().split(/\s+/)[4] ?? []);
    const ours = places.filter((place) => /:(69|7411|7412)$/.test(place));
    expect(ours.filter((place) => !place.includes('%rack0')).sort()).toEqual([
      ...['192.168.77.1:69', '192.168.77.1:7411', '192.168.77.1:7412'],
    ]);
    expect(places.filter((place) => /:67$/.test(place))).toEqual([expect.stringContaining('%rack0:67')]);

    // As a user of its own, with three capabilities and no way to more.
    const [id = 0] = dnsmasqIn(room, station);
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0);
    // CAP_NET_BIND_SERVICE 10, CAP_NET_ADMIN 12, CAP_NET_RAW 13
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) {
      expect(BigInt(`0x${new RegExp(`^${set}:\\s+(\\w+)`, 'm').exec(status)?.[1] ?? ''}`), set).toBe(0x3400n);
    }
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);

    one.child.kill('SIGINT');
    expect(await one.ended, one.text()).toBe(0);
    expect(room.processes(station)).toEqual([]);
    expect(leftFolders()).toEqual([]);
  });

  it('leaves nothing when the station of an ordinary user is killed, whose helper sudo started', async ({
    skip,
  }) => {
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo');
    plug();
    writeFileSync(sudoers, `nobody ALL=(root) NOPASSWD: ${process.execPath} ${helper}\n`, { mode: 0o440 });
    const one = serve([], '', nobody);
    await serving(one);
    expect(dnsmasqIn(room, station)).toHaveLength(1);
    expect(leftFolders()).toHaveLength(1);
    expect(statSync(join(temporary, leftFolders()[0] ?? '')).uid).toBe(nobody);
    one.child.kill('SIGKILL');
    await one.ended;
    await expect.poll(() => room.processes(station)).toEqual([]);
    expect(leftFolders()).toEqual([]);
  });

  it('does the same by the app’s switch, waits for a cable that was pulled, and leaves nothing when the app is killed', async () => {
    plug();
    const app = openApp();
    const wait = { timeout: 60_000 };
    const service = (): string | undefined => app.last()?.boot?.service.state;
    app.tell({ do: 'look' });
    await expect
      .poll(
        () =>
          app
            .last()
            ?.boot?.interfaces?.map(({ name }) => name)
            .sort(),
        wait,
      )
      .toEqual(['lo', 'rack0']);
    expect(app.last()?.boot?.interfaces?.find(({ name }) => name === 'lo')?.refused?.message).toContain(
      'alone',
    );
    const serve = { do: 'serve', interface: 'rack0', image } as const;
    app.tell({ ...serve, interface: 'lo' });
    await expect.poll(() => app.refused(), wait).toBe('boot-interface');
    app.tell(serve);
    await expect.poll(service, wait).toBe('serving');
    expect(app.last()?.boot?.service).toMatchObject({ interface: 'rack0', address: '192.168.77.1', version });
    await expect.poll(() => app.last()?.serves, wait).toBe('here');
    expect(app.last()?.kept).toMatchObject({ on: true, interface: 'rack0' });
    expect(startMachine(machine, '192.168.77.9')).toMatchObject({
      offer: { server: '192.168.77.1' },
      system: sha256,
    });
    await expect.poll(() => app.last()?.boot?.fetches, wait).toEqual({ fetching: 0, fetched: 1 });

    // Behind the cable there may be another network now: nobody is answered until it was looked at.
    ip('-n', machine, 'link', 'set', 'eth0', 'down');
    await expect.poll(service, wait).toBe('waiting');
    expect(dnsmasqIn(room, station)).toEqual([]);
    ip('-n', machine, 'link', 'set', 'eth0', 'up');
    await expect.poll(service, wait).toBe('serving');
    for (const id of dnsmasqIn(room, station)) process.kill(id, 'SIGKILL');
    await expect.poll(service, wait).toBe('refused');
    expect(app.last()?.serves).toBe('here');
    app.tell(serve);
    await expect.poll(service, wait).toBe('serving');
    app.tell({ do: 'stop' });
    await expect.poll(() => app.last()?.serves, wait).toBe('off');
    expect([dnsmasqIn(room, station), leftFolders()]).toEqual([[], []]);
    app.tell(serve);
    await expect.poll(service, wait).toBe('serving');
    expect(dnsmasqIn(room, station)).toHaveLength(1);
    expect(leftFolders()).toHaveLength(1);

    app.child.kill('SIGKILL');
    await app.ended;
    await expect.poll(() => room.processes(station), wait).toEqual([]);
    expect(leftFolders()).toEqual([]);
  });

  it('answers nobody after a cable was pulled and plugged in while another DHCP server was looked for', async () => {
    plug();
    const one = serve();
    await expect.poll(isLooking, { timeout: 60_000, interval: 100 }).toBe(true);
    ip('-n', machine, 'link', 'set', 'eth0', 'down');
    ip('-n', machine, 'link', 'set', 'eth0', 'up');
    await expect.poll(() => one.text(), { timeout: 60_000 }).toContain('has lost its link');
    // Not answered before: it has looked once more.
    expect(one.text()).not.toContain('are started from the network');
    await serving(one);
  });

  it('is refused by the app where nobody gives the rights, and nothing is answered', async () => {
    plug();
    const app = openApp(nobody);
    app.tell({ do: 'serve', interface: 'rack0', image });
    await expect.poll(() => app.refused(), { timeout: 60_000 }).toMatch(/^privilege-/);
    await expect.poll(() => app.last()?.error?.code).toMatch(/^privilege-/);
    expect(app.last()).toMatchObject({ serves: 'off', boot: { service: { state: 'off' } } });
    expect([dnsmasqIn(room, station), leftFolders()]).toEqual([[], []]);
    app.child.stdin?.end();
    expect(await app.ended, app.text()).toBe(0);
  });

  it('leaves no program when the station and its helpers are killed, and the next start removes the folder', async () => {
    plug();
    const one = serve();
    await serving(one);
    const dnsmasq = new Set(dnsmasqIn(room, station));
    expect(dnsmasq.size).toBe(1);
    const others = room.processes(station).filter((id) => !dnsmasq.has(id));
    expect(others).toContain(one.child.pid);
    // With the first of them others may go by themselves.
    for (const id of others) spawnSync('kill', ['-KILL', String(id)]);
    await one.ended;
    await expect.poll(() => room.processes(station)).toEqual([]);
    const next = serve();
    await serving(next);
    expect(leftFolders()).toHaveLength(1);
    next.child.kill('SIGINT');
    await next.ended;
    expect(leftFolders()).toEqual([]);
  });

  /** Another network's DHCP server, at the machine's end of the cable. @returns what ends it */
  function otherServer(): () => Promise<void> {
    const other = spawn(
      'ip',
      [
        ...['netns', 'exec', machine, 'dnsmasq', '--conf-file=/dev/null', '--keep-in-foreground', '--port=0'],
        ...['--pid-file=', '--leasefile-ro', '--user=root', '--dhcp-range=192.168.77.50,192.168.77.60,1h'],
      ],
      { stdio: 'ignore' },
    );
    const ended = new Promise((done) => other.once('close', done));
    return async () => {
      for (const id of dnsmasqIn(room, machine)) process.kill(id, 'SIGTERM');
      await ended;
    };
  }

  it('is refused where another DHCP server answers, and answers nobody', async () => {
    plug();
    const end = otherServer();
    try {
      const error = await refusal();
      expect(error).toMatchObject({ code: 'boot-foreign-dhcp' });
      expect(error.message).toContain('192.168.77.9');
      expect(room.processes(station)).toEqual([]);
    } finally {
      await end();
    }
  });

  it('ends when another DHCP server comes later, and does not take itself for one', async () => {
    plug();
    const app = openApp();
    const wait = { timeout: 90_000 };
    const service = (): string | undefined => app.last()?.boot?.service.state;
    app.tell({ do: 'serve', interface: 'rack0', image });
    await expect.poll(service, wait).toBe('serving');
    // It looks once more, and finds nobody; a machine is given an address meanwhile.
    await expect.poll(isLooking, { ...wait, interval: 100 }).toBe(true);
    expect(startMachine(machine, '192.168.77.9').offer.server).toBe('192.168.77.1');
    await expect.poll(isLooking, { ...wait, interval: 100 }).toBe(false);
    expect(service()).toBe('serving');
    const end = otherServer();
    try {
      await expect.poll(service, wait).toBe('refused');
      expect(app.last()?.boot?.service).toMatchObject({ error: { code: 'boot-foreign-dhcp' } });
      expect(JSON.stringify(app.last()?.boot?.service)).toContain('192.168.77.9');
      expect(dnsmasqIn(room, station)).toEqual([]);
      expect(app.last()?.serves).toBe('here');
    } finally {
      await end();
    }
  });

  it('is refused on an interface that leads elsewhere, has no address, is not there, or has nobody at its end', async () => {
    plug();
    ip('-n', station, 'route', 'add', 'default', 'via', '192.168.77.9', 'dev', 'rack0');
    expect(await refusal()).toMatchObject({ code: 'boot-default-route' });
    ip('-n', station, 'route', 'del', 'default');
    // In a table of its own, as a VPN has it.
    ip('-n', station, 'route', 'add', 'default', 'via', '192.168.77.9', 'dev', 'rack0', 'table', '77');
    expect(await refusal()).toMatchObject({ code: 'boot-default-route' });
    ip('-n', station, 'route', 'del', 'default', 'table', '77');
    ip('-n', machine, 'link', 'set', 'eth0', 'down');
    expect((await refusal()).message).toContain('no cable');
    ip('-n', station, 'address', 'del', '192.168.77.1/24', 'dev', 'rack0');
    expect((await refusal()).remedy).toContain('sudo ip address add');
    expect(await refusal(['--interface', 'lo'])).toMatchObject({ code: 'boot-interface' });
    expect(await refusal(['--interface', 'eth7'])).toMatchObject({ code: 'boot-interface' });
  });

  it('is refused where a port is taken, or dnsmasq is missing', async () => {
    plug();
    const taken = holdPorts(station, { udp: [67], tcp: [] });
    try {
      await taken.ready;
      expect(await refusal()).toMatchObject({ code: 'boot-port' });
    } finally {
      await taken.end();
    }
    const http = holdPorts(station, { udp: [], tcp: [7412] });
    try {
      await http.ready;
      expect(await refusal()).toMatchObject({ code: 'boot-port' });
    } finally {
      await http.end();
    }
    const missing = await refusal([], 'mount --bind /dev/null "$(command -v dnsmasq)" &&');
    expect(missing).toMatchObject({ code: 'tool-missing' });
    expect(missing.remedy).toContain('dnsmasq-base');
  });

  it('is refused with an image that lacks what starts machines, or is of another version', async () => {
    plug();
    const [whole, broken] = [image, join(area, 'broken')];
    try {
      image = broken;
      makeMedium(broken, system);
      rmSync(join(broken, 'prestage/netboot/grubnetx64.efi'));
      expect((await refusal()).cause).toContain('prestage/netboot/grubnetx64.efi');
      makeMedium(broken, system, '0.0.1');
      expect(await refusal()).toMatchObject({
        code: 'boot-image',
        message: expect.stringContaining('0.0.1') as unknown,
      });
      image = join(area, 'nothing.iso');
      expect(await refusal()).toMatchObject({ code: 'boot-image' });
      writeFileSync(image, randomBytes(100_000));
      expect((await refusal()).cause).toContain('no ISO 9660');
    } finally {
      image = whole;
    }
  });

  /** A program on the machine's computer that has 1,100 connections open to each of some ports, whatever becomes of them. */
  function floodFrom(own: string, [host, ports]: readonly [string, readonly number[]]): Held {
    const script = `
      const { connect } = require('node:net');
      const { own, host, ports } = JSON.parse(process.argv[1]);
      let came = 0;
      const open = (port) => {
        connect({ host, port, localAddress: own }).on('error', () => undefined)
          .on('connect', () => { came += 1; if (came === 1100 * ports.length) console.log('held'); })
          .on('close', () => setTimeout(open, 50, port));
      };
      for (const port of ports) for (let count = 0; count < 1100; count += 1) open(port);`;
    return held(machine, script, { own, host, ports });
  }

  /** A program that has ports of the station. */
  function holdPorts(
    computer: string,
    ports: { readonly udp: readonly number[]; readonly tcp: readonly number[] },
  ): Held {
    const script = `
      const { createSocket } = require('node:dgram');
      const { createServer } = require('node:net');
      const { udp, tcp } = JSON.parse(process.argv[1]);
      let left = udp.length + tcp.length;
      const done = () => { left -= 1; if (left === 0) console.log('held'); };
      for (const port of udp) createSocket('udp4').bind(port, '0.0.0.0', done);
      for (const port of tcp) createServer().listen(port, '192.168.77.1', done);`;
    return held(computer, script, ports);
  }

  /** A script that says one thing when it has come to it, and goes on until it is ended. */
  function held(computer: string, script: string, given: object): Held {
    const child = spawn(
      'ip',
      ['netns', 'exec', computer, process.execPath, '-e', script, JSON.stringify(given)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise<void>((done) => {
      child.once('close', () => {
        done();
      });
    });
    return {
      ready: new Promise((done) => {
        child.stdout.once('data', () => {
          done();
        });
      }),
      end: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }
});
