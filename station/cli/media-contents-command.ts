import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import {
  compareContents,
  comparisonSchema,
  shareText,
  type ContentsComparison,
  type PackageState,
} from '../../core/contents/compare-contents';
import { mediaContentsSchema, type MediaContents } from '../../core/contents/contents';
import { expectedPackages } from '../contents/read-expected';
import { foldedPack, modelText, type MediaDrivers } from '../../core/drivers/driver-table';
import { commandAction, jsonOption, parseCount } from './command-context';
import { details, table, type Cell } from './output';

/** What `media contents --json` prints. */
export const mediaContentsForm = z.strictObject({
  /** Absolute. */
  path: z.string(),
  ...mediaContentsSchema.shape,
  /** With `--expect`; otherwise null. */
  comparison: z.strictObject({ list: z.string(), ...comparisonSchema.shape }).nullable(),
});

interface ContentsOptions {
  readonly image: number;
  readonly expect?: string;
}

/** `prestage media contents`. */
export function mediaContentsCommand(): Command {
  return new Command('contents')
    .description('list the packages in the media, and compare them with what is expected')
    .argument('<file>', 'WIM or ESD file, or the first part of a split set')
    .option('--image <index>', 'image whose packages are listed', parseCount, 1)
    .option(
      '--expect <list>',
      "manifest (JSON), table (CSV), recipe, or folder with a copy of the site's DataLib and PkgLib",
    )
    .addOption(jsonOption(mediaContentsForm))
    .action(
      commandAction<ContentsOptions>(async (context, { image, expect }, [file = '']) => {
        const { signal, output } = context;
        const path = resolve(file);
        const list = expect === undefined ? null : resolve(expect);
        const expected = list === null ? null : await expectedPackages(list, signal);
        const contentOf = (expected ?? []).flatMap(({ id, contentSha256 }) =>
          contentSha256 === null ? [] : [id],
        );
        const client = await context.helpers.plain();
        const contents = await client.call(
          'listContents',
          { progressToken: randomUUID(), path, imageIndex: image, contentOf },
          {
            signal,
            onTaskProgress: (progress) => {
              output.progress.task(basename(path), progress);
            },
          },
        );
        const comparison =
          list === null || expected === null ? null : { list, ...compareContents(contents, expected) };
        output.result<typeof mediaContentsForm>({ path, ...contents, comparison }, () =>
          [
            comparison === null ? listText(contents) : comparedText(comparison),
            driversText(contents.drivers),
            ...contents.notes,
          ]
            .filter((part) => part !== '')
            .join('\n\n'),
        );
        return undefined;
      }),
    );
}

const columns = [
  { title: 'ID' },
  { title: 'NAME' },
  { title: 'VERSION' },
  { title: 'FILES', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'SHA-256' },
] as const;

function listText({ packages }: MediaContents): string {
  if (packages.length === 0) return '';
  return table(
    columns,
    packages.map(({ id, name, version, files, bytes, sha256 }) => [
      id,
      name,
      version,
      String(files),
      formatBytes(bytes),
      sha256,
    ]),
  );
}

/** Each driver pack with its models, and what does not fit together. */
export function driversText(drivers: MediaDrivers | null): string {
  if (drivers === null) return '';
  const { folders, problem } = drivers;
  const packs = drivers.table ?? [];
  const there = new Set(folders.map(foldedPack));
  const named = new Set(packs.map(({ pack }) => foldedPack(pack)));
  const rows: Cell[][] = [
    ...packs.map(({ pack, models }): Cell[] => [
      pack,
      models.map(modelText).join('; '),
      there.has(foldedPack(pack)) ? null : 'not in the media',
    ]),
    ...folders
      .filter((name) => !named.has(foldedPack(name)))
      .map((name): Cell[] => [name, null, 'in no table']),
  ];
  const titles = [{ title: 'DRIVER PACK' }, { title: 'MODELS' }, { title: 'NOTE' }];
  return [table(titles, rows), ...(problem === null ? [] : [`\\Drivers\\packs.json ${problem}`])].join('\n');
}

/** What is said of a package, by how it compares with the list. */
const stateWords: Readonly<Record<PackageState, string>> = {
  'as-expected': 'as expected',
  revised: 'revised: will be downloaded',
  missing: 'missing: will be downloaded',
  'not-asked-for': 'not asked for',
  'not-compared': 'there, not compared',
};

function comparedText(comparison: ContentsComparison): string {
  const rows = comparison.packages.map(({ state, id, name, version, files, bytes }): Cell[] => [
    id,
    name,
    version,
    files === null ? null : String(files),
    bytes === null ? null : formatBytes(bytes),
    stateWords[state],
  ]);
  const { fromDrive, fromDistributionPoint, notAskedFor, notCompared } = comparison;
  const shares: [string, Cell][] = [
    ['from its own drive', shareText(fromDrive)],
    ['from a distribution point', shareText(fromDistributionPoint)],
    ['on the media, not asked for', shareText(notAskedFor)],
  ];
  if (notCompared.packages > 0) shares.push(['there, not compared', shareText(notCompared)]);
  return `${table([...columns.slice(0, 5), { title: 'STATE' }], rows)}\n\nA machine takes:\n${details(shares)}`;
}
