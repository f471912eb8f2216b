import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Message, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

/**
 * The real helper, but for one answer: what the machine it runs on says of itself. The helper reads that from /sys alone,
 * so tests stand between it and the station. The answer is the first argument, JSON.
 */
const answer: unknown = JSON.parse(process.argv[2] ?? 'null');
const helper = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/helper.cjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const toStation = new StreamMessageWriter(process.stdout);
const toHelper = new StreamMessageWriter(helper.stdin);

new StreamMessageReader(process.stdin).listen((message) => {
  if (Message.isRequest(message) && message.method === 'readMachine') {
    const reply = { jsonrpc: '2.0', id: message.id, result: answer };
    void toStation.write(reply);
    return;
  }
  void toHelper.write(message);
});
new StreamMessageReader(helper.stdout).listen((message) => {
  void toStation.write(message);
});
process.stdin.on('end', () => {
  helper.stdin.end();
});
helper.on('exit', (code) => {
  process.exit(code ?? 1);
});
