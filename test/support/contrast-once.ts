/**
 * In a page, behind axe: most of axe's time is contrast, and hundreds of states show the same texts on the same grounds. What axe
 * has passed is not measured again where all that its contrast follows from is the same. Bundled by axe-source.ts.
 */
import type axeCore from 'axe-core';

/** What axe's types do not tell of. */
interface ContrastCheck {
  evaluate: (this: CheckContext, node: Element, ...more: readonly unknown[]) => unknown;
}
interface CheckContext {
  data: (told: { readonly fgColor?: string; readonly bgColor?: string }) => void;
}

declare global {
  /** In the page, once it was put there. */
  var axe: typeof axeCore;
  /** Elements that passed, as {@link keyOf} tells of them; axe is read anew more often than the page. */
  var contrastPassed: Set<string> | undefined;
  /** Keeps how the page stands, with the elements that axe has just measured. */
  var rememberContrast: () => void;
  /** The violations of contrast in a page that has got other colours since {@link rememberContrast}. */
  var contrastInColours: () => Promise<axeCore.Result[]>;
}

const passed = (globalThis.contrastPassed ??= new Set());

const ofText = [
  ...['color', 'font-size', 'font-weight', 'text-shadow', 'opacity', 'text-indent'],
  ...['-webkit-text-fill-color', '-webkit-text-stroke-color', '-webkit-text-stroke-width'],
];
/** Of what may lie under a text, or over it, and the values of what does not. */
const ofGround = [
  ['background-color', 'rgba(0, 0, 0, 0)'],
  ['background-image', 'none'],
  ['opacity', '1'],
  ['mix-blend-mode', 'normal'],
] as const;
/** axe is not sure of a text that lies on one. */
const picture = /^(img|canvas|video|svg|iframe|object)$/i;

/** How an element colours its area; empty where it does not. */
function paintOf(element: Element): string {
  const style = getComputedStyle(element);
  let paint = picture.test(element.tagName) ? element.tagName : '';
  for (const [name, none] of ofGround) {
    const value = style.getPropertyValue(name);
    if (value !== none) paint += ` ${name} ${value}`;
  }
  if (paint === '' || style.getPropertyValue('visibility') !== 'visible') return '';
  return `${paint} ${style.getPropertyValue('position')} ${style.getPropertyValue('z-index')}`;
}

/** The elements that colour something, in the order of the page, and the edges of each: left, top, right, bottom. */
interface Painted {
  readonly elements: readonly Element[];
  readonly paints: readonly string[];
  readonly places: ReadonlyMap<Element, number>;
  readonly edges: Float64Array;
}

function paintedElements(): Painted {
  const [elements, paints, edges]: [Element[], string[], number[]] = [[], [], []];
  for (const element of document.querySelectorAll('*')) {
    const paint = paintOf(element);
    if (paint === '') continue;
    elements.push(element);
    paints.push(paint);
    const { left, top, right, bottom } = element.getBoundingClientRect();
    edges.push(left, top, right, bottom);
  }
  const places = new Map(elements.map((element, place) => [element, place]));
  return { elements, paints, places, edges: Float64Array.from(edges) };
}

/** Places of those that share a part of a box. */
function sharing(
  { elements, edges }: Painted,
  { left, top, right, bottom }: DOMRect,
  found: Set<number>,
): void {
  for (let place = 0, edge = 0; place < elements.length; place += 1, edge += 4) {
    const shares =
      (edges[edge] ?? 0) < right &&
      left < (edges[edge + 2] ?? 0) &&
      (edges[edge + 1] ?? 0) < bottom &&
      top < (edges[edge + 3] ?? 0);
    if (shares) found.add(place);
  }
}

/**
 * What an element's contrast follows from: the colours and size of its text, and the colours of all that it is in or that shares
 * a part of its area, in the order of the page.
 */
function keyOf(element: Element, painted: Painted): string {
  const found = new Set<number>();
  sharing(painted, element.getBoundingClientRect(), found);
  // The words may be wider than what they stand in.
  const words = document.createRange();
  words.selectNodeContents(element);
  sharing(painted, words.getBoundingClientRect(), found);
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const place = painted.places.get(at);
    if (place !== undefined) found.add(place);
  }
  const style = getComputedStyle(element);
  let key = ofText.map((name) => style.getPropertyValue(name)).join(' ');
  for (const place of Array.from(found).sort((one, other) => one - other)) {
    const ground = painted.elements[place];
    const relation =
      ground?.contains(element) === true ? 'in' : element.contains(ground ?? null) ? 'has' : 'at';
    key += `\n${relation} ${painted.paints[place] ?? ''}`;
  }
  return key;
}

/** As long as axe runs: nothing changes meanwhile. */
let painted: Painted | null = null;
/** The elements that the last run measured. */
let measured: Element[] = [];

const { checks } = (globalThis.axe as unknown as { _audit: { checks: Record<string, ContrastCheck> } })
  ._audit;
const check = checks['color-contrast'];
if (check === undefined) throw new Error('axe has no check of contrast');
const { evaluate } = check;
check.evaluate = function (node, ...more) {
  measured.push(node);
  painted ??= paintedElements();
  const key = keyOf(node, painted);
  if (passed.has(key)) return true;
  const { data } = this;
  const colours: { known: boolean } = { known: false };
  this.data = (told) => {
    colours.known = told.fgColor !== undefined && told.bgColor !== undefined;
    data.call(this, told);
  };
  const result = evaluate.call(this, node, ...more);
  // Neither what could not be seen nor what axe was not sure of.
  if (result === true && colours.known) passed.add(key);
  return result;
};

const run = globalThis.axe.run.bind(globalThis.axe) as (...given: unknown[]) => Promise<axeCore.AxeResults>;
const runAnew = async (...given: unknown[]): Promise<axeCore.AxeResults> => {
  painted = null;
  measured = [];
  try {
    return await run(...given);
  } finally {
    painted = null;
  }
};
globalThis.axe.run = runAnew;

/** Each element, with the words of its own and whether it is to be seen. */
function elementsNow(): Map<Element, string> {
  const ofElement = (element: Element): string =>
    [
      element.checkVisibility({ visibilityProperty: true }),
      ...Array.from(element.childNodes, ({ nodeType, nodeValue }) =>
        nodeType === Node.TEXT_NODE ? nodeValue : '',
      ),
    ].join(' ');
  return new Map(Array.from(document.body.querySelectorAll('*'), (element) => [element, ofElement(element)]));
}

let remembered: { readonly texts: readonly Element[]; readonly elements: Map<Element, string> } | null = null;

globalThis.rememberContrast = () => {
  remembered = { texts: measured, elements: elementsNow() };
};

globalThis.contrastInColours = async () => {
  const elements = elementsNow();
  const others = remembered?.elements;
  const isSame =
    others?.size === elements.size &&
    [...elements].every(([element, words]) => others.get(element) === words);
  const now = paintedElements();
  // Where the page has changed: all of it.
  const texts = isSame ? remembered?.texts.filter((text) => !passed.has(keyOf(text, now))) : undefined;
  if (texts?.length === 0) return [];
  const { violations } = await runAnew(texts === undefined ? document : { include: texts }, {
    runOnly: { type: 'rule', values: ['color-contrast'] },
    // What passed is half of the work, and nobody reads it.
    resultTypes: ['violations'],
  });
  return violations;
};
