import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { z } from 'zod';
import { shownPath } from '../../core/base/display';
import { PrestageError, toErrorData } from '../../core/base/errors';
import { fileExists } from '../../core/base/file-exists';
import {
  crashDumpsHeld,
  crashDumpsLeftOut,
  supportBundleHolds,
  supportBundleLeavesOut,
} from '../../core/settings/support-bundle';
import { asDiskRefusal, namedPlace } from '../state/disk';
import type { Helpers } from '../helper-client/helpers';
import { redactValue } from '../state/redact';
import { writeNewFile, type StatePaths } from '../state/state-paths';
import {
  crashDumpsIn,
  keptLogs,
  lastError,
  readDump,
  redactedLog,
  settingsOf,
  stateFilesOf,
  systemOf,
} from './bundle-content';
import { knownSecrets } from './known-secrets';

export interface SupportRequest {
  readonly paths: StatePaths;
  /** Path of the new file; must not exist. */
  readonly file: string;
  /** Of Prestage and what it runs on: `prestage`, `node`, `electron`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly helpers: Helpers;
  /** Folder of virtual drives to list; null for the drives of this computer. */
  readonly benchDirectory: string | null;
  readonly withCrashDumps: boolean;
}

/** What was made; `support bundle --json` prints it. */
export const supportReportSchema = z.strictObject({
  /** The bundle, absolute. */
  file: z.string(),
  /** Of the file. */
  bytes: z.int().nonnegative(),
  /** Names of the files in it. */
  names: z.array(z.string()),
  /** What is in it, in words. */
  holds: z.array(z.string()),
  /** What is not in it, in words. */
  leavesOut: z.array(z.string()),
});
export type SupportReport = z.infer<typeof supportReportSchema>;

/**
 * Collects what helps to find out what went wrong. Whatever cannot be read is left out: a station in trouble must still
 * get its bundle.
 * @throws PrestageError usage when the file exists or cannot be written, disk-unwritable
 */
export async function makeSupportBundle(request: SupportRequest): Promise<SupportReport> {
  const { paths, withCrashDumps } = request;
  const file = resolve(request.file);
  if (existsSync(file)) throw fileExists(file);
  const settings = settingsOf(paths);
  const passwordFile = 'error' in settings ? null : (settings.fleet?.passwordFile ?? null);
  const secrets = knownSecrets(paths, passwordFile);
  const { logs, left } = keptLogs(paths);
  const dumps = crashDumpsIn(paths);
  const { tools, drives } = await askHelper(request);
  const holds = [...supportBundleHolds, ...(withCrashDumps ? [crashDumpsHeld] : [])];
  const read = (withCrashDumps ? dumps : []).map((dump) => ({ name: dump.name, bytes: readDump(dump) }));
  const notRead = [
    ...left.map((name) => `log/${name}`),
    ...read.flatMap(({ name, bytes }) => (bytes === null ? [`crash-dumps/${name}`] : [])),
  ];
  const leavesOut = [
    ...supportBundleLeavesOut,
    ...(withCrashDumps ? [] : [crashDumpsLeftOut]),
    ...notRead.map((name) => `${shownPath(name)}, which could not be read as a plain file`),
  ];

  const documents: Record<string, unknown> = {
    'versions.json': { ...request.versions, tools, ...systemOf() },
    'settings.json': settings,
    'drives.json': drives,
    'state-folder.json': stateFilesOf(paths),
    'last-error.json': lastError(logs),
    'crash-dumps.json': dumps.map(({ name, bytes, modified }) => ({ name, bytes, modified })),
  };
  const files: Zippable = { 'README.txt': strToU8(readme(holds, leavesOut)) };
  for (const [name, document] of Object.entries(documents)) {
    files[name] = strToU8(`${JSON.stringify(redactValue(document, secrets), null, 2)}\n`);
  }
  for (const { name, text } of logs) files[`log/${name}`] = strToU8(redactedLog(text, secrets));
  for (const { name, bytes } of read) {
    if (bytes !== null) files[`crash-dumps/${name}`] = bytes;
  }
  const zip = zipSync(files);
  try {
    writeNewFile(file, zip, 0o600, namedPlace(file));
  } catch (error) {
    throw notWritten(file, error);
  }
  return { file, bytes: zip.length, names: Object.keys(files), holds, leavesOut };
}

/** What only a helper knows, or why it does not say. */
async function askHelper({
  helpers,
  benchDirectory,
}: SupportRequest): Promise<{ tools: unknown; drives: unknown }> {
  try {
    const { versions } = await helpers.greeting();
    const client = await helpers.plain();
    try {
      const { drives } = await client.call('listDrives', { benchDirectory, protectedPaths: [] });
      return { tools: versions, drives };
    } catch (error) {
      return { tools: versions, drives: { error: toErrorData(error) } };
    }
  } catch (error) {
    const data = { error: toErrorData(error) };
    return { tools: data, drives: data };
  }
}

function readme(holds: readonly string[], leavesOut: readonly string[]): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
  return [
    'Support bundle of a Prestage station. Look through it before you send it: everything but crash dumps is text.',
    `In it:\n${list(holds)}`,
    `Not in it:\n${list(leavesOut)}\n`,
  ].join('\n\n');
}

function notWritten(file: string, error: unknown): unknown {
  const disk = asDiskRefusal(error, namedPlace(file));
  if (disk instanceof PrestageError || !(error instanceof Error && 'syscall' in error)) return disk;
  if ('code' in error && error.code === 'EEXIST') return fileExists(file);
  return new PrestageError({
    code: 'usage',
    message: `The file ${shownPath(file)} cannot be written.`,
    cause: error.message,
    remedy: 'Choose a file in a folder that you can write to.',
  });
}
