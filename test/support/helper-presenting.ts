import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Message, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { parseSmartctl } from '../../helper/health/smartctl';

/**
 * The real helper, but its list says something else of the virtual drives: which bus they are on, say. What tells a disk
 * from a file cannot be shown on files otherwise. The first argument is JSON, members that each drive gets. The others are files
 * with what smartctl printed: one reading of the drives' health after the other, the last one again and again.
 */
const change = z.looseObject({}).parse(JSON.parse(process.argv[2] ?? '{}'));
const readings = process.argv.slice(3);
const healthForm = z.looseObject({ health: z.array(z.unknown()) });
const listForm = z.looseObject({ drives: z.array(z.looseObject({})) });
const helper = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/helper.cjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const toStation = new StreamMessageWriter(process.stdout);
const toHelper = new StreamMessageWriter(helper.stdin);
const lists = new Set<unknown>();
const healths = new Set<unknown>();

new StreamMessageReader(process.stdin).listen((message) => {
  if (Message.isRequest(message) && message.method === 'listDrives') lists.add(message.id);
  if (Message.isRequest(message) && message.method === 'readHealth') healths.add(message.id);
  void toHelper.write(message);
});
new StreamMessageReader(helper.stdout).listen((message) => {
  if (Message.isResponse(message) && lists.delete(message.id)) {
    const listed = listForm.parse(message.result);
    const drives = listed.drives.map((drive) => ({ ...drive, ...change }));
    void toStation.write({ ...message, result: { ...listed, drives } } as Message);
    return;
  }
  if (Message.isResponse(message) && healths.delete(message.id) && readings[0] !== undefined) {
    const told = healthForm.parse(message.result);
    const [file = ''] = readings.length > 1 ? readings.splice(0, 1) : readings;
    const health = told.health.map(() => parseSmartctl(readFileSync(file, 'utf8'), new Date().toISOString()));
    void toStation.write({ ...message, result: { ...told, health } } as Message);
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
