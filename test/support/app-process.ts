import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../core/base/timeouts';
import { commandBarcode } from '../../core/scan/scan';
import { TestApp } from './app-service';

/**
 * The app without its window in a process of its own, to be killed: opens an order, pairs two machines, starts the first and pairs
 * the second again while it is written. Says what it has come to on standard output.
 *   app-process.ts STATE BENCH MEDIA SHA256 ORDER
 */
const [state = '', bench = '', media = '', sha256 = '', order = ''] = process.argv.slice(2);
const app = await TestApp.open(state, bench);
const { handlers } = app;
await app.until(({ drives }) => drives.listed, 'a list of drives');
await app.scan('OP-Ada Byron');
await handlers.openOrder({ number: 'WO-7', text: order });
app.service.media.select(media);
await handlers.expectHash({ sha256 });
await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
await app.scan('7KX9PQ1');
await app.scan('BAY 1');
await app.scan(commandBarcode('START'));
await sleep(timeouts.startRepeat + 50);
await app.scan(commandBarcode('START'));
await app.scan('7KX9PQ2');
await app.scan('BAY 2');
await app.scan('7KX9PQ3');
await app.scan('BAY 3');
await app.scan('7KX9PQ4');
await app.until(({ jobs }) => jobs.some((job) => job.state.state === 'writing'), 'a job that writes');
process.stdout.write('writing\n');
// Until it is killed.
await sleep(600_000);
