import { grouped } from '../base/plurals';
import type { JobResult } from './job';

/** After the number of chunks that were compared: how many of them without being hashed themselves (docs/adr/0067). Empty: none. */
export function comparedWords({ chunksCompared = 0 }: Pick<JobResult, 'chunksCompared'>): string {
  if (chunksCompared === 0) return '';
  return `, ${grouped(chunksCompared)} of them with bytes whose hash was found right on another drive`;
}
