import { z } from 'zod';
import { readCsv } from '../base/csv';
import { sanitizeForDisplay, sanitizeOrNull } from '../base/display';
import { sha256Schema } from '../media/chunk-map';
import type { ExpectedPackage } from './compare-contents';
import { mostPackages, packageKey, packageSchema } from './contents';

/** Reads the list that a media file's packages are compared with: JSON, or a table. */

/** A list, or why it is none: a sentence's end that begins with the file. */
export type ExpectedReading =
  | { readonly packages: ExpectedPackage[]; readonly problem: null }
  | { readonly packages: null; readonly problem: string };

const no = (problem: string): ExpectedReading => ({ packages: null, problem });

/** A manifest of a delivery has its packages in `contents`, `media contents --json` has them at the top. */
const listed = z.looseObject({ packages: z.array(z.unknown()).optional() });
const holder = z.looseObject({ ...listed.shape, contents: listed.nullish() });
const listedPackage = z.looseObject({
  id: packageSchema.shape.id,
  name: packageSchema.shape.name.default(null),
  version: packageSchema.shape.version.default(null),
  files: packageSchema.shape.files.nullable().default(null),
  bytes: packageSchema.shape.bytes.nullable().default(null),
  sha256: sha256Schema.nullable().default(null),
});

/** Reads a list by what it begins with: JSON or a table. */
export function readExpected(text: string): ExpectedReading {
  const body = text.replace(/^\uFEFF/, '');
  return unique(/^\s*[{[]/.test(body) ? fromJson(body) : fromTable(body));
}

function unique(reading: ExpectedReading): ExpectedReading {
  if (reading.packages === null) return reading;
  if (reading.packages.length === 0) return no('lists no packages');
  if (reading.packages.length > mostPackages) return no(`lists more than ${mostPackages} packages`);
  const seen = new Set<string>();
  for (const { id } of reading.packages) {
    const key = packageKey(id);
    if (seen.has(key)) return no(`lists the package ${sanitizeForDisplay(id)} twice`);
    seen.add(key);
  }
  return reading;
}

function fromJson(text: string): ExpectedReading {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return no(`is not JSON: ${sanitizeForDisplay(error instanceof Error ? error.message : '', 200)}`);
  }
  const found = holder.safeParse(document);
  const packages = found.success ? (found.data.contents?.packages ?? found.data.packages) : undefined;
  if (packages === undefined) return no('has no packages: it is neither a manifest nor a list of contents');
  const read: ExpectedPackage[] = [];
  for (const [index, one] of packages.entries()) {
    const parsed = listedPackage.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return no(`has a package that cannot be read (number ${index + 1}, ${issue?.path.join('.') ?? ''})`);
    }
    const { id, name, version, files, bytes, sha256 } = parsed.data;
    read.push({
      id: sanitizeForDisplay(id, 255),
      name: sanitizeOrNull(name, 255),
      version: sanitizeOrNull(version, 64),
      files,
      bytes,
      sha256,
      contentSha256: null,
    });
  }
  return { packages: read, problem: null };
}

const columns = ['id', 'name', 'version', 'files', 'bytes', 'sha256'] as const;
type Column = (typeof columns)[number];

/** What the columns may be called; in lower case, without blanks, hyphens and underscores. */
const headings: Readonly<Record<string, Column>> = {
  id: 'id',
  packageid: 'id',
  contentid: 'id',
  name: 'name',
  packagename: 'name',
  version: 'version',
  sourceversion: 'version',
  packageversion: 'version',
  files: 'files',
  filecount: 'files',
  bytes: 'bytes',
  size: 'bytes',
  sizebytes: 'bytes',
  sha256: 'sha256',
  hash: 'sha256',
};

function fromTable(text: string): ExpectedReading {
  const { records, problems } = readCsv(text);
  const [problem] = problems;
  if (problem !== undefined) return no(`has an error in line ${problem.line}: ${problem.message}`);
  const [head, ...rows] = records;
  if (head === undefined) return no('is empty');
  const names = head.fields.map((field) => headings[field.toLowerCase().replace(/[\s_-]/g, '')] ?? null);
  if (!names.includes('id')) {
    return no(
      `has no column ID in line ${head.line}. Its first line names the columns: ${columns.join(', ')}`,
    );
  }
  const twice = names.find((name, at) => name !== null && names.indexOf(name) !== at);
  if (twice !== undefined && twice !== null) return no(`has two columns ${twice}`);
  const packages: ExpectedPackage[] = [];
  for (const { line, fields } of rows) {
    const cell = (column: Column): string | null => {
      const text = fields[names.indexOf(column)]?.trim() ?? '';
      return names.includes(column) && text !== '' ? text : null;
    };
    const id = cell('id');
    const files = cell('files');
    const bytes = cell('bytes');
    const sha256 = cell('sha256')?.toLowerCase() ?? null;
    if (id === null || id.length > 255) return no(`has no package ID in line ${line}`);
    for (const [column, count] of [
      ['files', files],
      ['bytes', bytes],
    ] as const) {
      if (count !== null && !/^\d{1,15}$/.test(count)) {
        return no(
          `has a number that cannot be read in line ${line}, column ${column}: ${sanitizeForDisplay(count, 40)}`,
        );
      }
    }
    if (sha256 !== null && !sha256Schema.safeParse(sha256).success) {
      return no(`has a SHA-256 without 64 hexadecimal digits in line ${line}`);
    }
    packages.push({
      id: sanitizeForDisplay(id, 255),
      name: sanitizeOrNull(cell('name'), 255),
      version: sanitizeOrNull(cell('version'), 64),
      files: files === null ? null : Number(files),
      bytes: bytes === null ? null : Number(bytes),
      sha256,
      contentSha256: null,
    });
  }
  return { packages, problem: null };
}
