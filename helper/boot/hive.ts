/** Reads and changes a boot store's registry hive, with hivex. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { BcdChange, BcdElement, BcdObject, BcdStore, BcdValue } from '../../core/boot/bcd';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { GiB, MiB } from '../../core/base/units';
import { cachePlace, inTemporaryFolder, temporaryPlace, toolOnDisk } from '../tools/disk';
import { lastWords, runTool, warningsOf } from '../tools/runner';
import { emptyHive } from './empty-hive';

/** Bytes. A boot store takes some 20 to 40 KiB. */
export const largestStore = 16 * MiB;
const toolMemory = 2 * GiB;

const list = <T extends z.ZodType>(item: T): z.ZodOptional<z.ZodArray<T>> => z.array(item).optional();
const valueSchema = z.object({
  '@type': z.string(),
  '@key': z.string().optional(),
  '@encoding': z.string().optional(),
  '@value': z.string().optional(),
  string: list(z.union([z.string(), z.object({ '#text': z.string().optional() })])),
});
interface Node {
  readonly '@name': string;
  readonly node?: readonly Node[] | undefined;
  readonly value?: readonly z.infer<typeof valueSchema>[] | undefined;
}
const nodeSchema: z.ZodType<Node> = z.object({
  '@name': z.string(),
  get node() {
    return list(nodeSchema);
  },
  value: list(valueSchema),
});
const hiveSchema = z.object({ hive: z.object({ node: z.tuple([nodeSchema]) }) });

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Also numbers of characters: a line end in an attribute is written so.
  // oxlint-disable-next-line typescript/no-deprecated -- a decoder of our own would be one more package for the same.
  htmlEntities: true,
  isArray: (name) => ['node', 'value', 'string'].includes(name),
});

/**
 * Reads a boot store: a registry hive. Objects and elements that have another form than Windows gives them are left
 * out; they stay in the file.
 * @throws PrestageError boot-store-invalid, tool-missing, cancelled
 */
export async function readBootStore(file: string, signal: AbortSignal): Promise<BcdStore> {
  const { size } = await stat(file);
  if (size > largestStore) throw invalid(`it has ${size} bytes`);
  const xml = await inTemporaryFolder('store', async (folder) => {
    const outputFile = join(folder, 'store.xml');
    const { status, stderr } = await runTool('hivexml', [file], {
      signal,
      timeout: timeouts.listingTool,
      memoryLimit: toolMemory,
      outputFile,
    });
    if (status !== 0) throw await toolOnDisk(stderr, temporaryPlace(), invalid(lastWords(stderr)));
    if ((await stat(outputFile)).size > 16 * largestStore) {
      throw invalid('it expands to far more than its own size');
    }
    return await readFile(outputFile, 'utf8');
  });
  const parsed = hiveSchema.safeParse(parseXml(xml));
  if (!parsed.success) throw invalid('it is not a registry hive with boot objects');
  const objects = child(parsed.data.hive.node[0], 'objects');
  if (objects === undefined) throw invalid('it has no objects');
  return { objects: (objects.node ?? []).map(objectFrom).filter((object) => object !== null) };
}

function parseXml(xml: string): unknown {
  try {
    return parser.parse(xml);
  } catch {
    return null;
  }
}

const child = (node: Node, name: string): Node | undefined =>
  node.node?.find((one) => one['@name'].toLowerCase() === name);
const valueOf = (node: Node | undefined, key: string): z.infer<typeof valueSchema> | undefined =>
  node?.value?.find((value) => value['@key']?.toLowerCase() === key);

function objectFrom(node: Node): BcdObject | null {
  const id = node['@name'].toLowerCase();
  const type = Number(valueOf(child(node, 'description'), 'type')?.['@value']);
  if (!guidPattern.test(id) || !Number.isInteger(type)) return null;
  const elements = (child(node, 'elements')?.node ?? []).map(elementFrom).filter((one) => one !== null);
  // hivexml prints a DWORD as a signed number.
  return { id, type: type >>> 0, elements };
}

function elementFrom(node: Node): BcdElement | null {
  const value = valueOf(node, 'element');
  if (!/^[0-9a-f]{8}$/i.test(node['@name']) || value === undefined) return null;
  const read = valueFrom(value);
  return read === null ? null : { type: Number.parseInt(node['@name'], 16), value: read };
}

function valueFrom(value: z.infer<typeof valueSchema>): BcdValue | null {
  switch (value['@type']) {
    case 'binary':
      // Not a view into Node's pool: whoever takes its buffer would see more than these bytes.
      return { kind: 'binary', bytes: Uint8Array.from(Buffer.from(value['@value'] ?? '', 'base64')) };
    case 'string':
      return value['@encoding'] === 'base64' ? null : { kind: 'string', text: value['@value'] ?? '' };
    case 'string-list': {
      const texts = (value.string ?? []).map((one) => (typeof one === 'string' ? one : (one['#text'] ?? '')));
      // The list ends with an empty string.
      return { kind: 'strings', texts: texts.at(-1) === '' ? texts.slice(0, -1) : texts };
    }
    default:
      return null;
  }
}

const guidPattern = /^\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/;

/**
 * Sets elements of a store where it lies. Keys that are missing are made; everything else stays byte for byte.
 * @param store what {@link readBootStore} read of it
 * @throws PrestageError boot-store-invalid, tool-missing, cancelled
 */
export async function changeBootStore(
  file: string,
  store: BcdStore,
  changes: readonly BcdChange[],
  signal: AbortSignal,
): Promise<void> {
  const lines = changes.flatMap(({ objectId, elementType, value }) => {
    const elements = `\\Objects\\${requireGuid(objectId)}\\Elements`;
    const name = elementName(elementType);
    const there = store.objects
      .find(({ id }) => id === objectId.toLowerCase())
      ?.elements.some(({ type }) => type === elementType);
    return [
      `cd ${elements}`,
      ...(there === true ? [] : [`add ${name}`]),
      `cd ${elements}\\${name}`,
      ...setValue('Element', value),
    ];
  });
  await runScript(file, lines, signal);
}

/**
 * Makes a store in a file that does not exist yet.
 * @throws PrestageError boot-store-invalid, tool-missing, cancelled
 */
export async function createBootStore(file: string, store: BcdStore, signal: AbortSignal): Promise<void> {
  await writeFile(file, emptyHive('NewStoreRoot'), { flag: 'wx', mode: 0o600 });
  const lines = [
    'add Description',
    'cd \\Description',
    'setval 3',
    ...['KeyName', 'string:BCD00000000', 'System', dword(1), 'TreatAsSystem', dword(1)],
    'cd \\',
    'add Objects',
  ];
  for (const { id, type, elements } of store.objects) {
    const object = `\\Objects\\${requireGuid(id)}`;
    lines.push('cd \\Objects', `add ${id}`, `cd ${object}`, 'add Description', `cd ${object}\\Description`);
    lines.push('setval 1', 'Type', dword(type));
    lines.push(`cd ${object}`, 'add Elements');
    for (const element of elements) {
      const name = elementName(element.type);
      lines.push(`cd ${object}\\Elements`, `add ${name}`, `cd ${object}\\Elements\\${name}`);
      lines.push(...setValue('Element', element.value));
    }
  }
  await runScript(file, lines, signal);
}

function requireGuid(id: string): string {
  if (!guidPattern.test(id.toLowerCase())) throw new Error(`not the id of a boot store object: ${id}`);
  return id;
}

const elementName = (type: number): string => type.toString(16).padStart(8, '0');

/** Registry value types: winnt.h, REG_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ. */
const registryTypes = { string: 1, binary: 3, number: 4, strings: 7 } as const;

/** Lines for hivexsh. As bytes in hexadecimal: no text of a media file is ever part of a command. */
function setValue(key: string, value: BcdValue): string[] {
  const bytes =
    value.kind === 'binary'
      ? Buffer.from(value.bytes)
      : Buffer.from(
          value.kind === 'string'
            ? `${value.text}\0`
            : `${value.texts.map((text) => `${text}\0`).join('')}\0`,
          'utf16le',
        );
  return ['setval 1', key, hexValue(registryTypes[value.kind], bytes)];
}

const hexValue = (type: number, bytes: Buffer): string =>
  `hex:${type}:${(bytes.toString('hex').match(/../g) ?? []).join(',')}`;

function dword(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return hexValue(registryTypes.number, bytes);
}

async function runScript(file: string, lines: readonly string[], signal: AbortSignal): Promise<void> {
  await inTemporaryFolder('store', async (folder) => {
    const script = join(folder, 'script');
    await writeFile(script, `${[...lines, 'commit'].join('\n')}\n`, { mode: 0o600 });
    const result = await runTool('hivexsh', ['-w', '-f', script, file], {
      signal,
      timeout: timeouts.listingTool,
      memoryLimit: toolMemory,
    });
    // It goes on after some errors, and then the store is not what was asked for.
    const { status, stderr } = result;
    const [warning] = warningsOf(result);
    if (status !== 0 || warning !== undefined) {
      throw await toolOnDisk(stderr, cachePlace(dirname(file)), invalid(warning ?? lastWords(stderr)));
    }
  });
}

function invalid(cause: string): PrestageError {
  return new PrestageError({
    code: 'boot-store-invalid',
    message: 'The boot store of the media (EFI\\Microsoft\\Boot\\BCD) cannot be read or changed.',
    cause,
  });
}
