import { atEndSchema } from '../../core/machine/at-end';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { jsonMembers } from '../../core/base/json-members';
import { bootLoaderSettingsSchema } from '../../core/boot/loader-choice';
import { fleetSettingsSchema } from '../../core/settings/fleet';
import { rackSettingsSchema } from '../../core/settings/rack-settings';
import { labelSettingsSchema } from '../../core/label/label-settings';
import { healthSettingsSchema } from '../../core/health/health-rules';
import { bootTestSettingsSchema } from '../../core/job/boot-test';
import { appSettingsSchema } from '../../core/settings/settings';
import { nistLevels } from '../../core/sanitise/methods';
import { errorCodeOf } from '../../core/base/system-error';
import { timeouts } from '../../core/base/timeouts';
import { GiB } from '../../core/base/units';
import { writeFileAtomically, type StatePaths } from './state-paths';

export const defaultCacheLimitBytes = 100 * GiB;

/** settings.json: what a station can be told. A member that is missing has its default. */
export const settingsSchema = z.strictObject({
  /** Name in every ledger entry. Plain text, because it is printed and exported. */
  stationName: z
    .string()
    .refine((name) => name !== '' && name === sanitizeForDisplay(name), {
      message: 'must be 1 to 128 visible characters',
    })
    .default(() => sanitizeForDisplay(hostname()) || 'station'),
  /** Size limit of the image cache, in bytes. */
  cacheLimitBytes: z.int().nonnegative().default(defaultCacheLimitBytes),
  /** Seconds without progress on a drive before its job ends as stalled. */
  stallSeconds: z
    .int()
    .positive()
    .max(24 * 60 * 60)
    .default(timeouts.driveStall / 1000),
  /** Folder of the media library, absolute; missing: in the state folder. */
  libraryFolder: z
    .string()
    .refine((folder) => folder.startsWith('/') && !folder.includes('\0'), {
      message: 'must be an absolute path',
    })
    .optional(),
  /** Each batch erases its drives securely before they are written, unless it is told otherwise. */
  sanitise: z.boolean().default(false),
  /** What machines of the rack do once their drives are written and recorded, unless a batch says otherwise. */
  atEnd: atEndSchema.default('wait'),
  /** What an erase must be at least, in the words of NIST SP 800-88: a drive that cannot is refused. */
  sanitiseLevel: z.enum(nistLevels).default('clear'),
  /** What drives hide (HPA, DCO) is left as it is when they are erased securely; by default it is opened and erased with them. */
  keepHiddenAreas: z.boolean().default(false),
  /** File that lists what each machine gets of its own (YAML), absolute; null or missing: only what the media brings. */
  machineFiles: z
    .string()
    .refine((file) => file.startsWith('/') && !file.includes('\0'), {
      message: 'must be an absolute path',
    })
    .nullable()
    .optional(),
  /** Boot loader of the drives, and what the firmware of the machines trusts. */
  bootLoader: bootLoaderSettingsSchema.default(() => bootLoaderSettingsSchema.parse({})),
  /** What a drive's health may say, and whether its size is checked. */
  health: healthSettingsSchema.default(() => healthSettingsSchema.parse({})),
  rehearsal: bootTestSettingsSchema.default(() => bootTestSettingsSchema.parse({})),
  /** The label printer. */
  labels: labelSettingsSchema.default(() => labelSettingsSchema.parse({})),
  /** Machines that are imaged with their drives inside. */
  rack: rackSettingsSchema.default(() => rackSettingsSchema.parse({})),
  /** Connection to the plant database. Without it, entries stay on the station. */
  fleet: fleetSettingsSchema.optional(),
  /** Settings of the desktop app; the bays are also used by the command line. */
  desk: appSettingsSchema.default(() => appSettingsSchema.parse({})),
});
export type Settings = z.infer<typeof settingsSchema>;

/**
 * Reads the settings. A missing file means the defaults.
 * @throws PrestageError settings-invalid, naming the file and the field
 */
export function loadSettings(paths: Pick<StatePaths, 'settingsFile'>): Settings {
  return checkSettings(paths, readSettingsFile(paths));
}

/** What the file says, unchecked; an empty object when there is none. */
function readSettingsFile(paths: Pick<StatePaths, 'settingsFile'>): unknown {
  let text: string;
  try {
    text = readFileSync(paths.settingsFile, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return {};
    throw settingsInvalid(paths, 'cannot be read', error);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw settingsInvalid(paths, 'is not JSON', error);
  }
  const [repeated] = jsonMembers(text).repeated;
  if (repeated !== undefined) {
    throw settingsInvalid(paths, `${sanitizeForDisplay(repeated, 100)} is there twice`, null);
  }
  return content;
}

function checkSettings(paths: Pick<StatePaths, 'settingsFile'>, content: unknown): Settings {
  const parsed = settingsSchema.safeParse(content);
  if (!parsed.success) throw settingsInvalid(paths, describeIssues(parsed.error), null);
  return parsed.data;
}

/**
 * Changes some settings; a crash leaves the old file or the new one. What was not in the file stays out of
 * it: a default that is written down would no longer follow the machine.
 * @throws PrestageError settings-invalid (nothing is written), state-unavailable
 */
export function changeSettings(paths: Pick<StatePaths, 'settingsFile'>, change: Partial<Settings>): Settings {
  const before = readSettingsFile(paths);
  checkSettings(paths, before);
  const content = { ...(before as object), ...change };
  const settings = checkSettings(paths, content);
  try {
    const holds = 'The settings are as they were.';
    writeFileAtomically(paths.settingsFile, `${JSON.stringify(content, null, 2)}\n`, 0o600, holds);
  } catch (error) {
    if (error instanceof PrestageError) throw error;
    throw new PrestageError({
      code: 'state-unavailable',
      message: `The settings file ${shownPath(paths.settingsFile)} cannot be written.`,
      cause: error instanceof Error ? error.message : String(error),
      remedy: 'Check that you can write to its folder and that the disk is not full.',
    });
  }
  return settings;
}

function describeIssues(error: z.ZodError): string {
  const issues = error.issues.map((issue) => {
    const field = issue.path.join('.');
    return field === '' ? issue.message : `'${field}': ${issue.message}`;
  });
  return `is not valid: ${sanitizeForDisplay(issues.join('; '), 512)}`;
}

function settingsInvalid(
  paths: Pick<StatePaths, 'settingsFile'>,
  what: string,
  cause: unknown,
): PrestageError {
  return new PrestageError({
    code: 'settings-invalid',
    message: `The settings file ${shownPath(paths.settingsFile)} ${what}.`,
    cause: cause instanceof Error ? cause.message : null,
  });
}
