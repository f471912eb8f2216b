import { join } from 'node:path';
import { makeBench } from '../support/virtual-bench';
import { onlyDrive, runCli } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { succeeded, type Station } from './plant';

/** Writes one virtual drive through the front door. */
export async function applyTo(station: Station, media: string): Promise<void> {
  const bench = join(temporaryArea('fleet-bench'), 'bench');
  await makeBench(bench, 1);
  const { id } = await onlyDrive(bench);
  const args = ['--media', media, '--drive', `${id}=7KX9PQ5`, '--bench', bench, '--state', station.state];
  succeeded(await runCli(['apply', ...args, '--yes']));
}
