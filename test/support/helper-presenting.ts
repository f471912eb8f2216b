import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Message, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { z } from 'zod';

/**
 * The real helper, but its list says something else of the virtual drives: which bus they are on, say. What tells a disk
 * from a file cannot be shown on files otherwise. The first argument is JSON, members that each drive gets.
 */
const change = z.looseObject({}).parse(JSON.parse(process.argv[2] ?? '{}'));
const listForm = z.looseObject({ drives: z.array(z.looseObject({})) });
const helper = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/helper.cjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const toStation = new StreamMessageWriter(process.stdout);
const toHelper = new StreamMessageWriter(helper.stdin);
const lists = new Set<unknown>();

new StreamMessageReader(process.stdin).listen((message) => {
  if (Message.isRequest(message) && message.method === 'listDrives') lists.add(message.id);
  void toHelper.write(message);
});
new StreamMessageReader(helper.stdout).listen((message) => {
  if (Message.isResponse(message) && lists.delete(message.id)) {
    const listed = listForm.parse(message.result);
    const drives = listed.drives.map((drive) => ({ ...drive, ...change }));
    void toStation.write({ ...message, result: { ...listed, drives } } as Message);
    return;
  }
  void toStation.write(message);
});
process.stdin.on('end', () => {
  helper.stdin.end();
});
helper.on('exit', (code) => {
  process.exit(code ?? 1);
});
