/** docs/reference/json.md: every JSON form as nested lists. */
import type ts from 'typescript';
import { z } from 'zod';
import { atStart } from '../../core/base/display';
import { errorCodes } from '../../core/base/error-reference';
import { settingsSchema } from '../../station/state/settings';
import { sharedComments, type Comments } from './comments';
import { commandForms, errorForm, fileForms, partForms, remarks, writtenByHand } from './forms';

/** The part of JSON Schema that zod makes of the forms. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

/** Address of a section on the page, as GitHub makes it of a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

const intro = `# JSON forms

What \`prestage … --json\` prints, and the JSON files that Prestage reads and writes. Members that are not listed do not
occur. A release may add members; the members listed here keep their names and meaning.

- time: text, ISO 8601 in UTC, such as \`2026-03-02T09:15:00.000Z\`
- SHA-256: text of 64 hexadecimal digits in lower case
- UUID: text such as \`0b1f4f0a-7a50-4c1e-9d0b-2f0c6a3d5e11\`
- sizes are numbers of bytes, durations numbers of seconds

A command that ends with an error before it has printed anything prints [this](#any-command-that-fails).`;

/** Makes the page. */
export function jsonPage(): string {
  const comments = sharedComments();
  const parts = z.registry<{ id: string }>();
  for (const [title, schema] of Object.entries(partForms)) parts.add(schema, { id: title });
  const section = (title: string, schema: z.ZodType, path: readonly [string, ...string[]]): string => {
    const side = writtenByHand.has(title) ? 'input' : 'output';
    const made = schemaOf(schema, side, parts);
    // A part is a definition of its own, and the schema only names it.
    const form = made.$defs?.[made.$ref === undefined ? '' : title] ?? made;
    const lines = new FormLines(comments).linesOf(form, comments.typeOf(path, side), '');
    const remark = remarks[title];
    return [`### ${title}`, '', ...(remark === undefined ? [] : [remark, '']), ...lines].join('\n');
  };
  const sections = (forms: Readonly<Record<string, z.ZodType>>, name: string): string[] =>
    grouped(forms).map(([schema, titles]) => section(titles.join(', '), schema, [name, titles[0]]));
  return [
    intro,
    '## Commands',
    ...sections(commandForms, 'commandForms'),
    section('Any command that fails', errorForm, ['errorForm']),
    '## Files',
    ...sections(fileForms, 'fileForms'),
    '## Parts of other forms',
    ...sections(partForms, 'partForms'),
    '',
  ].join('\n\n');
}

/** Where the page shows what a command prints: command → address on the page. */
export function commandAnchors(): ReadonlyMap<string, string> {
  return new Map(
    grouped(commandForms).flatMap(([, titles]) =>
      titles.map((title) => [title, anchorOf(titles.join(', '))]),
    ),
  );
}

/** The forms, each once, with all titles it has. */
function grouped(forms: Readonly<Record<string, z.ZodType>>): [z.ZodType, [string, ...string[]]][] {
  const groups = new Map<z.ZodType, [string, ...string[]]>();
  for (const [title, schema] of Object.entries(forms)) {
    const titles = groups.get(schema);
    if (titles === undefined) groups.set(schema, [title]);
    else titles.push(title);
  }
  return [...groups];
}

function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  metadata: z.core.$ZodRegistry<{ id: string }>,
): Schema {
  return z.toJSONSchema(schema, {
    io,
    metadata,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // It is the name of the machine that makes the page.
      if (zodSchema === settingsSchema.shape.stationName) jsonSchema.default = undefined;
    },
  }) as Schema;
}

/** What a value is, and the lists below it. */
interface Described {
  readonly what: string;
  readonly below: readonly string[];
}

class FormLines {
  readonly #comments: Comments;

  constructor(comments: Comments) {
    this.#comments = comments;
  }

  /** The lines of a form: its members, or the objects it can be. */
  linesOf(schema: Schema, type: ts.Type, indent: string): readonly string[] {
    if (schema.properties !== undefined) return this.#members(schema, type, indent);
    const { what, below } = this.#describe(schema, type, indent);
    return [`${indent}${atStart(what)}:`, '', ...below];
  }

  #members(schema: Schema, type: ts.Type, indent: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
      const { what, below } = this.#describe(member, this.#comments.memberOf(type, name), `${indent}  `);
      const optional = schema.required?.includes(name) === true ? '' : ' (may be missing)';
      const sentences = [
        `${indent}- \`${name}\`${optional}: ${what}.`,
        // The type has said so much already.
        this.#comments.commentOf(type, name).replace(/^SHA-256 of/, 'Of'),
        defaultOf(member),
      ];
      return [sentences.filter((text) => text !== '').join(' '), ...below];
    });
  }

  #describe(schema: Schema, type: ts.Type, indent: string): Described {
    const plain = (what: string): Described => ({ what, below: [] });
    if (schema.$ref !== undefined) {
      const title = schema.$ref.replace('#/$defs/', '');
      return plain(`[${title}](#${anchorOf(title)})`);
    }
    if (typeof schema.type === 'object') {
      const anyOf = schema.type.map((one): Schema =>
        one === 'null' ? { type: one } : { ...schema, type: one },
      );
      return this.#union(anyOf, type, indent);
    }
    const options = schema.anyOf ?? schema.oneOf;
    if (options !== undefined) return this.#union(options, type, indent);
    if (schema.const !== undefined) return plain(code(schema.const));
    if (schema.enum !== undefined) {
      const values = schema.enum.filter((value) => value !== null);
      if (values.length === errorCodes.length) return plain('one of [the error codes](errors.md)');
      const [only, ...more] = values;
      return plain(more.length === 0 ? code(only) : `one of ${values.map(code).join(', ')}`);
    }
    switch (schema.type) {
      case 'string':
        return plain(textOf(schema));
      case 'integer':
      case 'number':
        return plain(numberOf(schema));
      case 'boolean':
        return plain('true or false');
      case 'array': {
        const { what, below } = this.#describe(schema.items ?? {}, this.#comments.elementOf(type), indent);
        return {
          what: what.startsWith('object') ? what.replace('object', 'list of objects') : `list of ${what}`,
          below,
        };
      }
      case 'object':
        return this.#object(schema, type, indent);
      default:
        throw new Error(`no words for ${JSON.stringify(schema)}`);
    }
  }

  #object(schema: Schema, type: ts.Type, indent: string): Described {
    if (schema.properties !== undefined) {
      return { what: 'object', below: this.#members(schema, type, indent) };
    }
    const { additionalProperties: value, propertyNames } = schema;
    const what = typeof value === 'object' ? this.#describe(value, type, indent).what : 'any value';
    const names = propertyNames?.enum?.map(code).join(', ');
    return {
      what: names === undefined ? `object: name → ${what}` : `object: ${what} for each of ${names}`,
      below: [],
    };
  }

  #union(options: readonly Schema[], type: ts.Type, indent: string): Described {
    const values = options.filter((one) => one.type !== 'null');
    const orNull = values.length < options.length ? ' or null' : '';
    const [only, ...more] = values;
    if (only !== undefined && more.length === 0) {
      const { what, below } = this.#describe(only, type, indent);
      const nullable = what.replace(' or ', orNull === '' ? ' or ' : ', ');
      return { what: `${nullable}${orNull}`, below };
    }
    if (values.every(({ properties }) => properties === undefined)) {
      const each = values.map((one) => this.#describe(one, type, indent).what);
      return { what: `${each.join(' or ')}${orNull}`, below: [] };
    }
    const below = values.flatMap((one) => {
      const [name, by] =
        Object.entries(one.properties ?? {}).find((entry) => entry[1].const !== undefined) ?? [];
      if (name === undefined || by === undefined) {
        throw new Error('a union without a member that tells its objects apart');
      }
      const option = this.#comments.optionOf(type, name, by.const);
      const comment = this.#comments.commentOf(option, name);
      const others = Object.fromEntries(Object.entries(one.properties ?? {}).filter(([key]) => key !== name));
      const rest: Schema = { ...one, properties: others };
      const title = `${indent}- With \`${name}\` ${code(by.const)}${comment === '' ? '' : `: ${comment}`}`;
      return [title, ...this.#members(rest, option, `${indent}  `)];
    });
    return { what: `one of these objects${orNull}`, below };
  }
}

function textOf({ pattern, format, maxLength }: Schema): string {
  if (format === 'uuid') return 'UUID';
  if (format === 'date-time') return 'time';
  if (pattern === '^[0-9a-f]{64}$') return 'SHA-256';
  return maxLength === undefined ? 'text' : `text of at most ${maxLength} characters`;
}

function numberOf({ type, minimum: inclusive, exclusiveMinimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  // Of whole numbers only: the next one is the first that may be.
  const minimum = exclusiveMinimum === undefined ? inclusive : exclusiveMinimum + 1;
  const min = minimum === undefined || minimum <= 0 ? null : minimum;
  const max = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum;
  if (max !== null) return `${kind} from ${minimum ?? 0} to ${max}`;
  return min === null ? kind : `${kind} from ${min} on`;
}

/** Objects are left out: their members have their own. */
function defaultOf({ default: value }: Schema): string {
  if (
    value === undefined ||
    (typeof value === 'object' && !Array.isArray(value) && value !== null && Object.keys(value).length > 1)
  ) {
    return '';
  }
  return `Default: ${code(value)}.`;
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
