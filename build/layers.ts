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
  helper: { rooms: ['core'], packages: 'any' },
  // station and helper meet only in core/contract.
  station: { rooms: ['core'], packages: 'any' },
  // The desk is thin: windows and wires. What it is for is done in station.
  electron: { rooms: ['core', 'station'], packages: 'any' },
  // The face runs in a sandbox: nothing of Node, and of the house only the words and the contract.
  renderer: {
    rooms: ['core'],
    packages: [
      'react',
      'react-dom',
      'zustand',
      '@mantine/core',
      '@mantine/hooks',
      '@tabler/icons-react',
      '@tanstack/react-virtual',
      '@fontsource-variable/inter',
      '@fontsource/jetbrains-mono',
      'bwip-js',
      'zod',
    ],
  },
  build: { rooms: [], packages: 'any' },
  test: { rooms: ['core', 'helper', 'station', 'electron', 'renderer', 'build'], packages: 'any' },
};
