import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The helper's own version. package.json lies one level above the bundle, as it does above this file. */
export function ownVersion(): string {
  const text = readFileSync(join(__dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
