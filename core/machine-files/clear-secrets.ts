import type { MachineFile } from './machine-file';

/**
 * Secrets in clear text: whoever holds the drive can read the file. A warning, since some enterprises know what they do. An answer
 * file's password that is encoded with base64 is no less clear, but Windows' own tools write it so; it is told, too.
 * @returns what was found, each as the end of "the template of … holds …"
 */
export function clearSecrets({ kind, template }: Pick<MachineFile, 'kind' | 'template'>): string[] {
  const found: string[] = [];
  if (kind === 'xml') {
    if (/<PlainText>\s*true\s*<\/PlainText>/i.test(template)) {
      found.push('a password in clear text (PlainText)');
    } else if (/<(?:\w*Password)>\s*<Value>\s*[^<\s]/i.test(template)) {
      found.push('a password that is only encoded');
    } else if (/<Password>\s*[^<\s]/i.test(template)) found.push('a password in clear text');
  } else if (/["']?\b(?:password|passwd|pwd)\b["']?\s*[:=]\s*["']?[^\s"',}{]/i.test(template)) {
    found.push('a password in clear text');
  }
  return found;
}
