import type { SeededRandom } from './random';

/**
 * Bytes that look to an LZ compressor like what a Windows image holds. Each kind is made once as a pool, and
 * files are cut from the pools at random places. That is honest work for LZX: a WIM compresses every 32 KiB
 * of every file on its own, so that a piece seen in another file does not help it.
 */
export interface ContentPools {
  /** x86-64 machine code: prologues, moves, calls, jumps, with operands of the usual spread. */
  readonly code: Buffer;
  /** What stands beside code: pointer tables, unwind data, UTF-16 and ASCII strings, runs of zeros. */
  readonly data: Buffer;
  /** Manifests, setup information, scripts. */
  readonly text: Buffer;
  /** Pictures, packages, signatures: already compressed. */
  readonly packed: Buffer;
}

const poolBytes = 32 * 1024 * 1024;
/** Share of instruction sequences that are idioms, see {@link makeIdioms}. */
const idiomShare = 0.88;

/** Makes the pools; takes a few seconds. */
export function makeContentPools(random: SeededRandom): ContentPools {
  const words = makeWords(random, 4000);
  const packed = Buffer.allocUnsafe(poolBytes);
  random.fill(packed);
  return {
    code: makeCode(random),
    data: makeData(random, words),
    text: makeText(random, words),
    packed,
  };
}

/** Copies a random piece of a pool into `target[start, end)`. */
export function cutFrom(
  pool: Buffer,
  random: SeededRandom,
  target: Buffer,
  start: number,
  end: number,
): void {
  for (let at = start; at < end;) {
    const length = Math.min(end - at, 64 * 1024);
    const from = random.below(pool.length - length);
    pool.copy(target, at, from, from + length);
    at += length;
  }
}

function makeWords(random: SeededRandom, count: number): string[] {
  const syllables = 'con net work sys tem ser vice pol icy reg is try drv mgr app x win dow com pon ent dis'
    .concat(' play aud io vid sec ur ity up date cfg log on user ker nel mem cache page file host name dev')
    .split(' ');
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(4) }, () => syllables[random.below(syllables.length)] ?? '').join(
      '',
    ),
  );
}

/** Operands of an instruction template, by letter; a number is a byte that stands as it is. */
type Operand = 'register' | 'small' | 'short' | 'near' | 'global' | 'call' | 'constant';
const templates: readonly (readonly (number | Operand)[])[] = [
  [0x48, 0x8b, 'register', 'small'],
  [0x48, 0x89, 'register', 'small'],
  [0x48, 0x8b, 'register'],
  [0x8b, 'register', 'small'],
  [0x33, 'register'],
  [0xe8, 'call'],
  [0x85, 'register'],
  [0x74, 'short'],
  [0x89, 'register', 'small'],
  [0x4c, 0x8b, 'register', 'small'],
  [0x75, 'short'],
  [0x48, 0x85, 'register'],
  [0xeb, 'short'],
  [0x44, 0x8b, 'register'],
  [0x48, 0x8d, 0x0d, 'global'],
  [0x0f, 0x84, 'near'],
  [0x83, 'register', 'small'],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x45, 0x33, 'register'],
  [0x48, 0x83, 0xc4, 'small', 0x5f, 0xc3, 0xcc, 0xcc, 0xcc],
  [0x48, 0x89, 0x5c, 0x24, 'small', 0x57, 0x48, 0x83, 0xec, 'small'],
  [0xff, 0x15, 'global'],
  [0x41, 0xb8, 'constant'],
  [0x0f, 0xb6, 'register'],
  [0xb9, 'constant'],
  [0xc7, 0x44, 0x24, 'small', 'constant'],
  [0x48, 0x8b, 0x05, 'global'],
  [0x66, 0x89, 'register', 'small'],
  [0x0f, 0x85, 'near'],
  [0xe9, 'near'],
  [0xf3, 0x0f, 0x10, 0x05, 'global'],
  [0x49, 0x8b, 'register', 'small'],
];

/**
 * Compilers repeat themselves: sequences of a few instructions come back with the same registers, and only
 * what they point at differs. With these shares LZX makes 2.4 of the pool; it makes 2.5 of Node's own code
 * section, and 2.2 to 2.9 of whole programs and libraries of Debian 12.
 */
function makeIdioms(random: SeededRandom, count: number): (number | Operand)[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + random.below(5) }, () => pickTemplate(random))
      .flat()
      .map((part) => {
        if (part === 'register') return 0x40 | random.below(0xc0);
        return part === 'small' ? random.skewedBelow(32) * 8 : part;
      }),
  );
}

function pickTemplate(random: SeededRandom): readonly (number | Operand)[] {
  return templates[random.skewedBelow(templates.length)] ?? [0x90];
}

function makeCode(random: SeededRandom): Buffer {
  const pool = Buffer.allocUnsafe(poolBytes);
  const idioms = makeIdioms(random, 500);
  // Functions that are called from all over, the first ones most.
  const targets = Array.from({ length: 1000 }, () => random.below(4 * 1024 * 1024));
  let at = 0;
  while (at < pool.length - 128) {
    const sequence =
      random.fraction() < idiomShare ? idioms[random.skewedBelow(idioms.length)] : pickTemplate(random);
    for (const part of sequence ?? []) {
      if (typeof part === 'number') pool[at++] = part;
      else at = writeOperand(pool, at, part, random, targets);
    }
  }
  return pool.subarray(0, at);
}

function writeOperand(
  pool: Buffer,
  at: number,
  operand: Operand,
  random: SeededRandom,
  targets: readonly number[],
): number {
  switch (operand) {
    case 'register':
      pool[at] = 0xc0 - random.skewedBelow(0x80);
      return at + 1;
    case 'small':
      pool[at] = random.skewedBelow(32) * 8;
      return at + 1;
    case 'short':
      pool[at] = random.skewedBelow(128);
      return at + 1;
    case 'near':
      return pool.writeInt32LE(random.skewedBelow(16384) - 2048, at);
    case 'global':
      return pool.writeInt32LE(0x10_0000 + random.skewedBelow(0x4000) * 8, at);
    case 'call':
      // Relative to here, as in a program; LZX turns it into the absolute address before it looks for matches.
      return pool.writeInt32LE((targets[random.skewedBelow(targets.length)] ?? 0) - (at & 0x3f_ffff), at);
    case 'constant':
      return pool.writeInt32LE(random.fraction() < 0.7 ? random.skewedBelow(4096) : random.next(), at);
  }
}

function makeData(random: SeededRandom, words: readonly string[]): Buffer {
  const pool = Buffer.alloc(poolBytes);
  let at = 0;
  while (at < pool.length - 8192) {
    const length = 256 + random.below(3840);
    const end = at + length;
    switch (random.below(9)) {
      case 0: // pointers into the image
        for (; at < end; at += 8) {
          pool.writeInt32LE(0x8000_0000 + random.below(0x40_0000) * 4 - 0x1_0000_0000, at);
          pool.writeInt32LE(1, at + 4);
        }
        break;
      case 1: {
        // unwind table: begin, end, data, ascending
        let address = random.below(0x40_0000);
        for (; at < end; at += 12) {
          pool.writeInt32LE(address, at);
          address += 16 + random.skewedBelow(2048);
          pool.writeInt32LE(address, at + 4);
          pool.writeInt32LE(0x20_0000 + random.below(0x2_0000) * 4, at + 8);
        }
        break;
      }
      case 2:
      case 3:
        while (at < end) at += pool.write(`${word(words, random)}\0`, at, 'utf16le');
        break;
      case 4:
      case 5:
        while (at < end) at += pool.write(`${word(words, random)}${word(words, random)}\0`, at, 'latin1');
        break;
      case 6:
      case 7: // zeros: the pool is zero already
        at = end;
        break;
      default:
        random.fill(pool.subarray(at, end));
        at = end;
    }
  }
  return pool.subarray(0, at);
}

function makeText(random: SeededRandom, words: readonly string[]): Buffer {
  const pool = Buffer.allocUnsafe(poolBytes);
  const token = Buffer.alloc(8);
  let at = 0;
  while (at < pool.length - 1024) {
    random.fill(token);
    const name = `${word(words, random)}-${word(words, random)}`;
    const lines = [
      `<assemblyIdentity name="${name}" version="10.0.${random.below(30000)}.${random.below(4000)}" />\r\n`,
      `  <file name="${name}.dll" importPath="$(build.nttree)\\" sourceName="${word(words, random)}">\r\n`,
      `    <dsig:DigestValue>${token.toString('base64')}${token.toString('hex')}</dsig:DigestValue>\r\n`,
      `HKR,"${word(words, random)}\\${name}",${word(words, random)},0x${random.below(65536).toString(16)}\r\n`,
      `${Array.from({ length: 4 + random.below(12) }, () => word(words, random)).join(' ')}\r\n`,
    ];
    at += pool.write(lines[random.below(lines.length)] ?? '', at, 'latin1');
  }
  return pool.subarray(0, at);
}

function word(words: readonly string[], random: SeededRandom): string {
  return words[random.skewedBelow(words.length)] ?? '';
}
