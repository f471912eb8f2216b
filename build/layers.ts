/**
 * Which room may import what. The one table behind the layering lint rule (build/layering-rule.ts);
 * see docs/adr/0002-rooms-and-layers.md.
 */
export interface Layer {
  /** Other rooms whose files may be imported. A room may always import itself. */
  readonly rooms: readonly string[];
  /** Packages and Node built-ins that may be imported; 'any' lifts the limit. */
  readonly packages: readonly string[] | 'any';
}

export const layers: Readonly<Record<string, Layer>> = {
  core: { rooms: [], packages: ['zod'] },
  native: { rooms: ['core'], packages: 'any' },
  // station and native meet only in core/contract.
  station: { rooms: ['core'], packages: 'any' },
  build: { rooms: [], packages: 'any' },
  test: { rooms: ['core', 'native', 'station', 'build'], packages: 'any' },
};
