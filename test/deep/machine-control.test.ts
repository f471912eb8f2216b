import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MachineControl } from '../../helper/boot-test/machine-control';
import { removeArea, temporaryArea } from '../support/global-setup';

/** What answers on QEMU's socket may be anything. */

const servers: { readonly server: Server; readonly area: string }[] = [];
afterEach(() => {
  for (const { server, area } of servers.splice(0)) {
    server.close();
    removeArea(area);
  }
});

/** A QEMU that takes the first command, and then does what it is told. */
async function machine(after: (socket: Socket) => void): Promise<string> {
  const area = temporaryArea('control');
  const path = join(area, 'control');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('{"QMP": {}}\n');
    socket.on('data', (data) => {
      if (data.toString().includes('qmp_capabilities')) socket.write('{"return": {}}\n');
      else after(socket);
    });
  });
  servers.push({ server, area });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

describe('the control of a virtual machine', () => {
  it.each([
    ['no JSON', 'x\n'],
    ['JSON that is no message', '7\n'],
    ['a line without end', 'x'.repeat(2 * 1024 * 1024)],
  ])('refuses %s, and asks nothing any more', async (_, text) => {
    const path = await machine((socket) => socket.write(text));
    const control = await MachineControl.connect(path, new AbortController().signal);
    await expect(control.call('query-status')).rejects.toThrow(/QEMU sends/);
    await expect(control.call('query-status')).rejects.toThrow(/QEMU sends/);
  });

  it('waits no longer for an answer when it is cancelled', async () => {
    const path = await machine(() => undefined);
    const stop = new AbortController();
    const control = await MachineControl.connect(path, stop.signal);
    const call = control.call('query-status');
    stop.abort();
    await expect(call).rejects.toThrow('cancelled');
  });

  it('takes answers and errors in their order', async () => {
    let asked = 0;
    const path = await machine((socket) => {
      asked += 1;
      socket.write(asked === 1 ? '{"event": "STOP"}\n{"return": 1}\n' : '{"error": {"desc": "no"}}\n');
    });
    const control = await MachineControl.connect(path, new AbortController().signal);
    expect(await control.call('first')).toBe(1);
    await expect(control.call('second')).rejects.toThrow('no');
  });
});
