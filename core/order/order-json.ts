import { sanitizeForDisplay } from '../base/display';
import { jsonMembers, type JsonMembers } from '../base/json-members';
import {
  isMacColumn,
  isMachineColumn,
  orderColumns,
  machineColumns,
  type OrderColumn,
} from './order-columns';
import type { RawFact, RawMachine, RawOrder } from './raw-order';

/** Reads an order in JSON (core/order/order.ts): the form is looked at here, the values with those of the tables. */
export function readOrderJson(text: string): RawOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      details: [],
      machines: [],
      problems: [{ line: lineOfSyntaxError(text, error), message: syntaxOf(error) }],
      warnings: [],
    };
  }
  return new JsonOrder(jsonMembers(text)).read(value);
}

/** Wired MACs have no member of their own: they are those of `macs` that are not in `wifiMacs`. */
const memberColumns = machineColumns.filter((column) => column !== 'wiredMacs');

class JsonOrder implements RawOrder {
  readonly details: RawFact[] = [];
  readonly machines: RawMachine[] = [];
  readonly problems: { line: number | null; message: string }[] = [];
  readonly warnings = [];
  readonly #lines: JsonMembers;

  constructor(lines: JsonMembers) {
    this.#lines = lines;
    for (const path of lines.repeated) this.#complain(path, `${path} is there twice`);
  }

  read(value: unknown): this {
    if (!isObject(value)) {
      this.#complain(
        '',
        'this is JSON but not a work order: it must be an object with version, number and machines',
      );
      return this;
    }
    for (const [name, member] of Object.entries(value)) {
      if (name === 'version') {
        if (member !== 1) {
          this.#complain(name, 'the version is not 1: this version of Prestage cannot read it');
        }
      } else if (name === 'machines') {
        if (Array.isArray(member)) for (const [index, one] of member.entries()) this.#machine(one, index);
        else this.#complain(name, 'machines is not a list');
      } else if ((orderColumns as readonly string[]).includes(name)) {
        const column = name as OrderColumn;
        const cell = column === 'imageIndex' && typeof member === 'number' ? String(member) : member;
        if (typeof cell === 'string') this.details.push({ column, text: cell, line: this.#line(name) });
        else this.#complain(name, `${name} is not a text`);
      } else this.#complain(name, `a work order has no member '${sanitizeForDisplay(name, 40)}'`);
    }
    if (!('version' in value)) this.#complain('', "the member 'version' is missing: it must be 1");
    if (!('machines' in value)) this.#complain('', "the member 'machines' is missing");
    return this;
  }

  #machine(value: unknown, index: number): void {
    const path = `machines.${index}`;
    const name = `machine ${index + 1}`;
    if (!isObject(value)) {
      this.#complain(path, `${name} is not an object with a serial`);
      return;
    }
    const cells: RawMachine['cells'][number][] = [];
    for (const [member, held] of Object.entries(value)) {
      const at = `${path}.${member}`;
      const column = memberColumns.find((one) => one === member);
      const texts: unknown[] =
        column !== undefined && isMacColumn(column) && Array.isArray(held) ? held : [held];
      if (column === undefined) {
        this.#complain(at, `${name}: a machine has no member '${sanitizeForDisplay(member, 40)}'`);
        continue;
      }
      for (const text of texts) {
        if (typeof text === 'number') {
          this.#complain(
            at,
            `${name}: ${member} is a number: put it in quotation marks, to keep leading zeros`,
          );
        } else if (typeof text !== 'string') this.#complain(at, `${name}: ${member} is not a text`);
        else if (isMachineColumn(column)) cells.push({ column, text });
      }
    }
    this.machines.push({ line: this.#line(path), cells });
  }

  #line(path: string): number | null {
    return this.#lines.lines.get(path) ?? null;
  }

  #complain(path: string, message: string): void {
    this.problems.push({ line: this.#line(path), message });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function syntaxOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `this looks like JSON but is not valid: ${sanitizeForDisplay(said, 160)}`;
}

/** V8 says the position, or the line and column. */
function lineOfSyntaxError(text: string, error: unknown): number | null {
  const said = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length;
  return /end of JSON input/i.test(said) ? text.split('\n').length : null;
}
