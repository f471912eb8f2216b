import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { benchSchema, maxBenchDrives } from '../../core/drive/virtual-bench';
import { formatBytes, parseSize } from '../../core/base/display';
import { createBench, removeBench } from '../drives/virtual-bench-files';
import { commandAction, jsonOption } from './command-context';
import { table } from './output';

/** What `bench create --json` prints. */
export const benchCreateForm = z.strictObject({
  /** The folder, absolute. */
  bench: z.string(),
  drives: benchSchema.shape.drives,
});

/** What `bench remove --json` prints. */
export const benchRemoveForm = z.strictObject({
  /** The folder, absolute. */
  bench: z.string(),
  removed: z.literal(true),
});

interface CreateOptions {
  readonly drives: number;
  readonly size: number;
  readonly sectorSize: '512' | '4096';
}

/** `prestage bench create | remove`: folders of virtual drives, for training and trials. */
export function benchCommand(): Command {
  const command = new Command('bench').description(
    'create or remove a virtual bench: training drives that are files',
  );
  command
    .command('create')
    .description('create a virtual bench')
    .argument('<dir>', 'folder; must be empty or not exist')
    .requiredOption('--drives <count>', `number of drives, 1 to ${maxBenchDrives}`, parseDrives)
    .requiredOption('--size <size>', 'size of each drive, such as 8G', parseSizeOption)
    .addOption(
      new Option('--sector-size <bytes>', 'bytes in a sector').choices(['512', '4096']).default('512'),
    )
    .addOption(jsonOption(benchCreateForm))
    .action(
      commandAction<CreateOptions>(async ({ output }, options, [directory = '']) => {
        const folder = resolve(directory);
        const { drives } = await createBench(folder, {
          drives: options.drives,
          sizeBytes: options.size,
          sectorSize: options.sectorSize === '4096' ? 4096 : 512,
        });
        output.result<typeof benchCreateForm>({ bench: folder, drives }, () => {
          const rows = drives.map((drive) => [
            drive.bay,
            drive.serial,
            formatBytes(drive.size),
            join(folder, drive.file),
          ]);
          return table([{ title: 'BAY' }, { title: 'SERIAL' }, { title: 'SIZE' }, { title: 'FILE' }], rows);
        });
        return undefined;
      }),
    );
  command
    .command('remove')
    .description('remove a virtual bench and everything on its drives')
    .argument('<dir>', 'folder of the virtual bench')
    .addOption(jsonOption(benchRemoveForm))
    .action(
      commandAction<object>(async ({ output }, _options, [directory = '']) => {
        const folder = resolve(directory);
        await removeBench(folder);
        output.result<typeof benchRemoveForm>(
          { bench: folder, removed: true },
          () => 'The virtual bench was removed.',
        );
        return undefined;
      }),
    );
  return command;
}

function parseDrives(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > maxBenchDrives) {
    throw new InvalidArgumentError(`It must be 1 to ${maxBenchDrives}.`);
  }
  return count;
}

function parseSizeOption(text: string): number {
  const bytes = parseSize(text);
  if (bytes === null) throw new InvalidArgumentError('It must be a size, such as 512M, 8G or 1.5T.');
  return bytes;
}
