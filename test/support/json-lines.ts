import { readFileSync } from 'node:fs';

/** What a file holds that has one JSON document on each line, as the log has. */
export function jsonLines(file: string): unknown[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
