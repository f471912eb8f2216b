import { createInterface } from 'node:readline';
import { z } from 'zod';
import { toErrorData } from '../../core/base/errors';
import { TestApp } from './app-service';

/**
 * The app without its window in a process of its own, in a network of its own and to be killed: does what it is told line by line, and says
 * each new state of its rack on standard output.
 *   app-rack-process.ts STATE BENCH VERSION
 */
const [state = '', bench = '', version = ''] = process.argv.slice(2);
const told = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('look') }),
  z.strictObject({ do: z.literal('serve'), interface: z.string(), image: z.string() }),
  z.strictObject({ do: z.literal('stop') }),
]);

const say = (what: object): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};
const app = await TestApp.open(state, bench, undefined, version);
const { handlers } = app;
const tell = async (): Promise<void> => {
  for (let last = ''; ;) {
    const { rack, settings } = app.state;
    const shown = JSON.stringify({
      serves: rack.serves,
      boot: rack.boot,
      error: rack.error,
      kept: settings.rack.boot,
    });
    if (shown !== last) process.stdout.write(`${shown}\n`);
    last = shown;
    const { patches } = app;
    await app.until(() => app.patches !== patches, 'a patch', 3_600_000);
  }
};
void tell();
for await (const line of createInterface({ input: process.stdin })) {
  const wish = told.parse(JSON.parse(line));
  const done =
    wish.do === 'look'
      ? handlers.lookAtInterfaces({})
      : wish.do === 'stop'
        ? handlers.stopRack({})
        : handlers.serveRack({ listen: null, boot: { interface: wish.interface, image: wish.image } });
  // Not waited for: what begins may be stopped.
  void done.then(
    () => {
      say({ done: wish.do });
    },
    (error: unknown) => {
      say({ refused: toErrorData(error) });
    },
  );
}
await app.service.close();
say({ closed: true });
process.exit(0);
