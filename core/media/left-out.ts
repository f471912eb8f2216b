import { z } from 'zod';
import { counted, plural } from '../base/plurals';

/**
 * What is not on a drive after wimlib has applied an image to an NTFS volume, by its own warnings, and of reparse points
 * by what they are. The words of the warnings and the cases they are for: `do_feature_check` in wimlib's src/extract.c, and the features of its NTFS back end in
 * src/ntfs-3g_apply.c (both unchanged from 1.13.5 to 1.14.5).
 */
export const leftOutKinds = [
  /** EFS-encrypted files: made, but without a byte of their content. The image is refused. */
  'encrypted-files',
  /** Placeholders and pointers (reparse-points.ts): made, and their content is in none of the media's files. Refused. */
  'content-elsewhere',
  /** Folders that encrypt what is put into them: made without that attribute. */
  'encrypted-folders',
  /** Extended attributes of NTFS files. */
  'extended-attributes',
  /** Owner, group and mode that a Linux system gave a file. */
  'unix-metadata',
  /** Reparse points that may have content elsewhere; nothing tells. */
  'uncertain-content',
  /** Any other warning; its words are the example. */
  'other',
] as const;
type LeftOutKind = (typeof leftOutKinds)[number];

export const leftOutSchema = z.strictObject({
  kind: z.enum(leftOutKinds),
  /** Files or folders that it happens to; of another warning, how often it came. */
  count: z.int().positive(),
  /** One of the paths, or the words of another warning. Hostile: sanitize it before showing it. */
  example: z.string().nullable(),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

const forms: readonly (readonly [
  RegExp,
  Exclude<LeftOutKind, 'other' | 'content-elsewhere' | 'uncertain-content'>,
])[] = [
  [/^Ignoring EFS-encrypted data of (\d+) files/, 'encrypted-files'],
  [/^Ignoring FILE_ATTRIBUTE_ENCRYPTED of (\d+) directories/, 'encrypted-folders'],
  [/^Ignoring extended attributes of (\d+) files/, 'extended-attributes'],
  [/^Ignoring UNIX metadata \(.*\) of (\d+) files/, 'unix-metadata'],
];

/** Different other warnings that are kept; what comes after them is counted to the last. */
const otherLimit = 20;

/** Counts wimlib's warnings. @param warnings without their mark (wimlibWarnings) */
export function leftOutOf(warnings: readonly string[]): LeftOut[] {
  const found: LeftOut[] = [];
  for (const warning of warnings) {
    const form = forms.find(([pattern]) => pattern.test(warning));
    const count = Number(form?.[0].exec(warning)?.[1] ?? 1);
    if (form !== undefined) {
      if (count > 0) found.push({ kind: form[1], count, example: null });
      continue;
    }
    const others = found.filter(({ kind }) => kind === 'other');
    const same = others.find(({ example }) => example === warning);
    const last = same ?? (others.length < otherLimit ? undefined : others.at(-1));
    if (last === undefined) found.push({ kind: 'other', count: 1, example: warning });
    else found[found.indexOf(last)] = { ...last, count: last.count + 1 };
  }
  return found;
}

/** Whether content of files is missing on a drive: then the drive is not what the media says, and none is written. */
export function losesContent({ kind }: LeftOut): boolean {
  return kind === 'encrypted-files' || kind === 'content-elsewhere';
}

/**
 * Warnings of an apply that were not told at inspection: nobody could know of them before a drive was erased.
 * @param told what the inspection found
 */
export function untoldWarnings(warnings: readonly string[], told: readonly LeftOut[]): string[] {
  return leftOutOf(warnings).flatMap((one) => {
    const known = told.some(
      ({ kind, count, example }) =>
        kind === one.kind && (kind === 'other' ? example === one.example : count >= one.count),
    );
    return known ? [] : [one.example ?? leftOutText(one)];
  });
}

/** What is not written, as a sentence without a full stop. An example of another program's words is not cleaned. */
export function leftOutText({ kind, count, example }: LeftOut): string {
  const files = counted(count, 'file', 'files');
  const like = example === null ? '' : ` (for example ${example})`;
  switch (kind) {
    case 'encrypted-files':
      return `${files} ${plural(count, 'is', 'are')} EFS-encrypted${like}: ${plural(count, 'its', 'their')} content cannot be written`;
    case 'content-elsewhere':
      return `${files} ${plural(count, 'is a placeholder', 'are placeholders')}${like}: ${plural(count, 'its', 'their')} content is not in the media`;
    case 'uncertain-content':
      return `${files} ${plural(count, 'has a reparse point', 'have reparse points')}${like} that may stand for content elsewhere; what the media has of ${plural(count, 'it', 'them')} is written`;
    case 'encrypted-folders':
      return `${counted(count, 'folder', 'folders')} will not have the attribute "encrypt contents"; nothing in ${plural(count, 'it', 'them')} is lost`;
    case 'extended-attributes':
      return `the extended attributes of ${files} will not be written; ${plural(count, 'its', 'their')} content is`;
    case 'unix-metadata':
      return `the Linux owner and mode of ${files} will not be written; ${plural(count, 'its', 'their')} content is`;
    case 'other':
      return `wimlib warns${count === 1 ? '' : ` ${String(count)} times`}: ${example ?? 'no details'}`;
  }
}
