/**
 * Letters of five by seven points for the screen of a machine: its console has one size of letters, which nobody reads from three metres.
 * A column each two hexadecimal digits, its lowest bit on top.
 */
const columns: Readonly<Record<string, string>> = {
  ...{ ' ': '0000000000', '-': '0808080808', '.': '0060600000', '/': '2010080402', '%': '2313086462' },
  ...{ '0': '3e5149453e', '1': '00427f4000', '2': '7249494946', '3': '2141494d33', '4': '1814127f10' },
  ...{ '5': '2745454539', '6': '3c4a494931', '7': '4121110907', '8': '3649494936', '9': '464949291e' },
  ...{ A: '7c1211127c', B: '7f49494936', C: '3e41414122', D: '7f4141413e', E: '7f49494941' },
  ...{ F: '7f09090901', G: '3e41415173', H: '7f0808087f', I: '00417f4100', J: '2040413f01' },
  ...{ K: '7f08142241', L: '7f40404040', M: '7f021c027f', N: '7f0408107f', O: '3e4141413e' },
  ...{ P: '7f09090906', Q: '3e4151215e', R: '7f09192946', S: '2649494932', T: '03017f0103' },
  ...{ U: '3f4040403f', V: '1f2040201f', W: '3f4038403f', X: '6314081463', Y: '0304780403', Z: '6159494d43' },
};
const unknown = '7f4141417f';
const letterWidth = 6;
const letterHeight = 7;

/** Points that are lit, by row and column. */
export type Points = readonly (readonly boolean[])[];

/** A text, each point of its letters so many points wide and high. */
function lettersOf(text: string, scale: number): Points {
  const rows: boolean[][] = [];
  for (let row = 0; row < letterHeight; row += 1) {
    const line: boolean[] = [];
    for (const letter of text.toUpperCase()) {
      const bytes = Buffer.from(columns[letter] ?? unknown, 'hex');
      for (let column = 0; column < letterWidth; column += 1) {
        const lit = ((bytes[column] ?? 0) & (1 << row)) !== 0;
        for (let times = 0; times < scale; times += 1) line.push(lit);
      }
    }
    for (let times = 0; times < scale; times += 1) rows.push(line);
  }
  return rows;
}

/** The largest letters in which a text fits; null: not even the smallest do. @param lines of the console, each two points high */
export function largest(text: string, width: number, lines: number): Points | null {
  const wide = Math.floor(width / (text.length * letterWidth));
  const scale = Math.min(wide, Math.floor((lines * 2) / letterHeight));
  return scale < 1 ? null : lettersOf(text, scale);
}

/** Points as half blocks: a place of the console is one point wide and two high. */
export function halfBlocks(points: Points): string[] {
  const lines: string[] = [];
  for (let row = 0; row < points.length; row += 2) {
    const [upper = [], lower = []] = [points[row], points[row + 1]];
    lines.push(
      upper
        .map((lit, column) => {
          const below = lower[column] ?? false;
          if (lit) return below ? '█' : '▀';
          return below ? '▄' : ' ';
        })
        .join(''),
    );
  }
  return lines;
}
