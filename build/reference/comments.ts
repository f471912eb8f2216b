/** What the members of the forms mean: the comments at the schemas, as the type checker carries them to the types. */
import ts from 'typescript';

const formsFile = `${import.meta.dirname}/forms.ts`;

let shared: Comments | null = null;

/** The one that all pages use. */
export function sharedComments(): Comments {
  return (shared ??= new Comments());
}

/** Types and comments of what `forms.ts` exports. Reading them takes some seconds. */
export class Comments {
  readonly #checker: ts.TypeChecker;
  readonly #exports: readonly ts.Symbol[];

  constructor() {
    const program = ts.createProgram([formsFile], {
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
    });
    this.#checker = program.getTypeChecker();
    const file = program.getSourceFile(formsFile);
    const symbol = file === undefined ? undefined : this.#checker.getSymbolAtLocation(file);
    if (symbol === undefined) throw new Error(`${formsFile} exports nothing`);
    this.#exports = this.#checker.getExportsOfModule(symbol);
  }

  /**
   * The type of a form's values.
   * @param path names that lead to the schema: an export of `forms.ts`, and a member of it
   * @param side `input`: as somebody writes it, `output`: as it is read
   */
  typeOf(path: readonly [string, ...string[]], side: 'input' | 'output'): ts.Type {
    const [first, ...members] = path;
    const exported = this.#exports.find(({ name }) => name === first);
    if (exported === undefined) throw new Error(`${formsFile} does not export ${first}`);
    let type = this.#checker.getTypeOfSymbol(exported);
    for (const name of [...members, `_${side}`]) type = this.#requireMember(type, name);
    return type;
  }

  /** A member's comment, '' where there is none. */
  commentOf(type: ts.Type, member: string): string {
    const symbol = this.#symbolOf(type, member);
    const text =
      symbol === null ? '' : ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    // Where the sources have more of it is nothing for the reader of a page.
    return text
      .replace(/\s*\([^()]*\b(?:core|station)\/[^()]*\)/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  }

  /** Type of a member, without null and undefined. */
  memberOf(type: ts.Type, member: string): ts.Type {
    const symbol = this.#symbolOf(type, member);
    if (symbol === null) throw new Error(`no member ${member} in ${this.#checker.typeToString(type)}`);
    return this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(symbol));
  }

  /** Type of a list's members; the type itself when it is no list. */
  elementOf(type: ts.Type): ts.Type {
    const element = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return element === undefined ? type : this.#checker.getNonNullableType(element);
  }

  /** The one of a union's types in which a member has a value. */
  optionOf(type: ts.Type, member: string, value: unknown): ts.Type {
    const options = type.isUnion() ? type.types : [type];
    const found = options.find((one) => {
      const symbol = one.getProperty(member);
      if (symbol === undefined) return false;
      return this.#checker.typeToString(this.#checker.getTypeOfSymbol(symbol)) === JSON.stringify(value);
    });
    if (found === undefined) throw new Error(`no ${member} ${String(value)} in a union`);
    return found;
  }

  #requireMember(type: ts.Type, name: string): ts.Type {
    const symbol = this.#symbolOf(type, name);
    if (symbol === null) throw new Error(`no member ${name} in ${this.#checker.typeToString(type)}`);
    return this.#checker.getTypeOfSymbol(symbol);
  }

  #symbolOf(type: ts.Type, member: string): ts.Symbol | null {
    return this.#checker.getPropertyOfType(this.#checker.getApparentType(type), member) ?? null;
  }
}
