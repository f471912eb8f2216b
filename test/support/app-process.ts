import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../core/base/timeouts';
import { commandBarcode } from '../../core/scan/scan';
import { TestWorkplace } from './app-service';

/**
 * A workplace in a process of its own, to be killed: opens an order, pairs two machines, starts the first and pairs
 * the second anew while it is written. Says what it has come to on standard output.
 *   desk-process.ts STATE BENCH MEDIA SHA256 ORDER
 */
const [state = '', bench = '', media = '', sha256 = '', order = ''] = process.argv.slice(2);
const desk = await TestWorkplace.open(state, bench);
const { handlers } = desk;
await desk.until(({ drives }) => drives.listed, 'a list of drives');
await desk.scan('OP-Ada Byron');
await handlers.openOrder({ number: 'WO-7', text: order });
desk.place.selectMedia(media);
await handlers.expectHash({ sha256 });
await desk.until(({ media: { status } }) => status === 'proved', 'a proved media');
await desk.scan('7KX9PQ1');
await desk.scan('BAY 1');
await desk.scan(commandBarcode('START'));
await sleep(timeouts.startRepeat + 50);
await desk.scan(commandBarcode('START'));
await desk.scan('7KX9PQ2');
await desk.scan('BAY 2');
await desk.scan('7KX9PQ3');
await desk.scan('BAY 3');
await desk.scan('7KX9PQ4');
await desk.until(({ jobs }) => jobs.some((job) => job.state.state === 'writing'), 'a job that writes');
process.stdout.write('writing\n');
// Until it is killed.
await sleep(600_000);
