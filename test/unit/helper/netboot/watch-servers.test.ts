import { describe, expect, it } from 'vitest';
import { cancelled, PrestageError } from '../../../../core/base/errors';
import { discoverMessage, hardwareAddress } from '../../../../helper/netboot/find-dhcp';
import { dnsmasqOptions, watchServers } from '../../../../helper/netboot/serve-boot';

/** Other DHCP servers that come while machines are answered. */

/** Looks that end so, one after the other; the last again and again. */
function looks(...ends: readonly (string | null | Error)[]): {
  look: () => Promise<string | null>;
  made: number;
} {
  const here = {
    made: 0,
    look: async (): Promise<string | null> => {
      const end = ends[Math.min(here.made, ends.length - 1)] ?? null;
      here.made += 1;
      await Promise.resolve();
      if (end instanceof Error) throw end;
      return end;
    },
  };
  return here;
}

const noPort = new PrestageError({ code: 'boot-port', message: 'UDP port 68 cannot be opened.' });
const never = new AbortController().signal;

describe('a look for other DHCP servers, from time to time', () => {
  it('ends with the first that answers', async () => {
    const { look } = looks(null, null, '192.168.77.9');
    const why = await watchServers('enp2s0', look, never, 1);
    expect(why).toMatchObject({ code: 'boot-foreign-dhcp' });
    expect(why?.message).toContain('enp2s0: 192.168.77.9');
    expect(why?.data.remedy).not.toContain('No machine was started');
  });

  it('is made again where it could not be made once, and ends where it cannot twice in a row', async () => {
    const once = looks(noPort, null, noPort, '192.168.77.9');
    expect(await watchServers('enp2s0', once.look, never, 1)).toMatchObject({ code: 'boot-foreign-dhcp' });
    const twice = looks(noPort, null, noPort, noPort);
    expect(await watchServers('enp2s0', twice.look, never, 1)).toBe(noPort);
  });

  it('ends at once where the link was lost', async () => {
    const lost = new PrestageError({ code: 'boot-link', message: 'It has lost its link.' });
    const one = looks(lost);
    expect(await watchServers('enp2s0', one.look, never, 1)).toBe(lost);
    expect(one.made).toBe(1);
  });

  it('ends without a word when it is stopped', async () => {
    const stop = new AbortController();
    const { look } = looks(null);
    const watching = watchServers('enp2s0', look, stop.signal, 1);
    setTimeout(() => {
      stop.abort();
    }, 20);
    expect(await watching).toBeNull();
    expect(await watchServers('enp2s0', looks(cancelled('The look')).look, stop.signal, 1)).toBeNull();
  });
});

it('the server that answers machines is told not to answer who looks', () => {
  const request = { interface: 'enp2s0', address: '192.168.77.1', folder: '/tmp/none' };
  const range = { first: '192.168.77.2', last: '192.168.77.254', netmask: '255.255.255.0' };
  for (const mac of [
    '52:54:00:12:34:56',
    '',
    '80:00:02:08:fe:80:00:00:00:00:00:00:52:54:00:12:34:56:78:9a',
  ]) {
    const asks = discoverMessage(1, mac)
      .subarray(28, 34)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:');
    expect(asks).toBe(hardwareAddress(mac));
    expect(dnsmasqOptions(request, range, mac)).toContain(`--dhcp-host=${asks},ignore`);
  }
});
