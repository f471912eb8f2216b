import type { MachineDetails } from '../machine/machine';
import type { DriverModel, DriverTable } from './driver-table';

/** Which driver pack a machine gets: pure, and never a guess. */

/** What is known of a machine that tells its model. */
export type ModelFacts = Pick<MachineDetails, 'model' | 'maker' | 'systemSku' | 'board'>;

export type PackChoice =
  | { readonly result: 'pack'; readonly pack: string }
  /** `unknown`: nothing tells the model; `no-pack`: it is known, and the table has no pack for it. */
  | { readonly result: 'none'; readonly why: 'unknown' | 'no-pack' }
  /** Packs that fit equally well, in the table's order. */
  | { readonly result: 'several'; readonly packs: readonly string[] };

/**
 * The pack of a machine: by an ID of its maker before the whole name of its model, and that before how the name begins, the
 * longest beginning first.
 */
export function packFor(machine: ModelFacts | null, table: DriverTable): PackChoice {
  const { model, systemSku, board } = machine ?? {};
  if (machine === null || [model, systemSku, board].every((one) => one === undefined)) {
    return { result: 'none', why: 'unknown' };
  }
  const known = knownOf(machine);
  let best = 0;
  let packs: string[] = [];
  for (const { pack, models } of table) {
    const fit = Math.max(...models.map((row) => fitOf(row, known)));
    if (fit === 0 || fit < best) continue;
    packs = fit > best ? [pack] : [...packs, pack];
    best = fit;
  }
  const [only, ...others] = packs;
  if (only === undefined) return { result: 'none', why: 'no-pack' };
  return others.length === 0 ? { result: 'pack', pack: only } : { result: 'several', packs };
}

/** How well a row fits; 0: not. A beginning counts by its length, which no whole name nor ID is below. */
const byId = 2000;
const byName = 1000;

interface Known {
  /** Folded; null: nobody said it. */
  readonly maker: string | null;
  /** The name of the model in each form in which tables may have it, folded. */
  readonly names: ReadonlySet<string>;
  readonly dellSystemId: string | null;
  readonly lenovoType: string | null;
  readonly hpBoard: string | null;
}

const idMakers = { dellSystemId: 'dell', lenovoType: 'lenovo', hpBoard: 'hp' } as const;
const idNames = ['dellSystemId', 'lenovoType', 'hpBoard'] as const;

function fitOf(row: DriverModel, known: Known): number {
  const maker = row.maker === undefined ? null : foldedMaker(row.maker);
  if (maker !== null && known.maker !== null && maker !== known.maker) return 0;
  let otherId = false;
  for (const name of idNames) {
    const wanted = row[name]?.toUpperCase();
    if (wanted === undefined) continue;
    const makerFits = known.maker === null || known.maker === idMakers[name];
    if (makerFits && known[name] === wanted) return byId;
    // The ID is known and another: that a name is the same says nothing then.
    otherId ||= known[name] !== null;
  }
  if (otherId || row.model === undefined) return 0;
  const wanted = withoutMaker(folded(row.model), maker ?? known.maker);
  if (wanted === '') return 0;
  if (known.names.has(wanted)) return byName;
  const begins = [...known.names].some((name) => name.startsWith(`${wanted} `));
  return begins ? wanted.length : 0;
}

function knownOf({ model, maker, systemSku, board }: ModelFacts): Known {
  const said = maker === undefined ? makerIn(model ?? '') : foldedMaker(maker);
  const lenovo = said === null || said === 'lenovo';
  return {
    maker: said,
    names: namesOf(model ?? '', said),
    dellSystemId: said === null || said === 'dell' ? hexOf(systemSku) : null,
    lenovoType: lenovo ? (typeInSku(systemSku) ?? typeInModel(model)) : null,
    hpBoard: said === null || said === 'hp' ? hexOf(board) : null,
  };
}

/** `Latitude 5440`, `Dell Latitude 5440` and `LENOVO ThinkPad T14 Gen 4 (21HDCTO1WW)` have their model's name in them. */
function namesOf(model: string, maker: string | null): ReadonlySet<string> {
  const forms = [model, model.replace(/\s*\([^()]*\)\s*$/, ''), /\(([^()]*)\)\s*$/.exec(model)?.[1] ?? ''];
  return new Set(forms.map((form) => withoutMaker(folded(form), maker)).filter((name) => name !== ''));
}

/** Letters and digits in lower case, words with one blank between them. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+]+/gu, ' ')
    .trim();
}

/** What companies write behind their names. */
const companyWords = new Set(
  [
    'inc',
    'corp',
    'corporation',
    'co',
    'company',
    'ltd',
    'limited',
    'llc',
    'gmbh',
    'ag',
    'technologies',
  ].concat('computer', 'international'),
);

/** Makers that are written in several ways. */
const makerNames: Readonly<Record<string, string>> = {
  'hewlett packard': 'hp',
  'hewlett packard enterprise': 'hpe',
  asustek: 'asus',
  'micro star': 'msi',
};

/** `Dell Inc.` is `dell`, `Hewlett-Packard` is `hp`. */
export function foldedMaker(maker: string): string {
  const words = folded(maker).split(' ');
  while (words.length > 1 && companyWords.has(words.at(-1) ?? '')) words.pop();
  const name = words.join(' ');
  return makerNames[name] ?? name;
}

/** Beginnings of models that are their maker's name. */
const makersBefore: readonly (readonly [string, string])[] = [
  ['dell inc', 'dell'],
  ['dell', 'dell'],
  ['hewlett packard', 'hp'],
  ['hp inc', 'hp'],
  ['hp', 'hp'],
  ['lenovo', 'lenovo'],
];

function makerIn(model: string): string | null {
  const name = folded(model);
  return makersBefore.find(([before]) => name.startsWith(`${before} `))?.[1] ?? null;
}

/** The name of a model without the maker's before it. @param name folded */
function withoutMaker(name: string, maker: string | null): string {
  const before = [...makersBefore.map(([one]) => one), ...(maker === null ? [] : [maker])];
  const found = before
    .filter((one) => name.startsWith(`${one} `))
    .toSorted((one, other) => other.length - one.length)[0];
  return found === undefined ? name : name.slice(found.length + 1);
}

function hexOf(text: string | undefined): string | null {
  const clean = text?.trim().replace(/^0x/i, '').toUpperCase();
  return clean !== undefined && /^[0-9A-F]{4}$/.test(clean) ? clean : null;
}

/** Two digits, two letters or digits, and what makes a model of the type: `21HD`, `21HDCTO1WW`, `21HD-0012US`. */
const typeForm = /^(\d{2}[A-Z0-9]{2})(?:-?[A-Z0-9]{4,8})?$/;

/** `LENOVO_MT_21HD_BU_Think_FM_ThinkPad T14 Gen 4`, or the type itself. */
function typeInSku(systemSku: string | undefined): string | null {
  const clean = systemSku?.trim().toUpperCase() ?? '';
  return /^LENOVO_MT_([0-9A-Z]{4})(?:_|$)/.exec(clean)?.[1] ?? typeForm.exec(clean)?.[1] ?? null;
}

/** Lenovo's product name is the type and model; tables and firmware have it alone or in brackets behind the name. */
function typeInModel(model: string | undefined): string | null {
  const clean = model?.trim().toUpperCase() ?? '';
  const alone = clean.replace(/^LENOVO\s+/, '');
  const inBrackets = /\(([^()]*)\)\s*$/.exec(clean)?.[1]?.trim() ?? '';
  return typeForm.exec(alone)?.[1] ?? typeForm.exec(inBrackets)?.[1] ?? null;
}
