/** The module of the page that the bundler makes (build/help): no package of npm. */
export const helpModule = 'prestage-help';

/**
 * Which room may import what, and within core, helper and station which folder. The one table that build/check-imports.ts enforces (`npm run imports`); see docs/adr/0002-rooms-and-layers.md. Read it from the bottom up: what stands
 * first knows nothing of what stands after it, so there can be no circle.
 */
export interface Layer {
  /** Other rooms whose files may be imported. A room may always import itself. */
  readonly rooms: readonly string[];
  /** Packages and Node built-ins that may be imported; 'any' lifts the limit. */
  readonly packages: readonly string[] | 'any';
  /**
   * Folders of the room, each with the folders of the same room that it may import beside itself. A room that has
   * them holds no files outside of them.
   */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
}

export const layers: Readonly<Record<string, Layer>> = {
  core: {
    rooms: [],
    packages: ['zod'],
    folders: {
      base: [],
      machine: ['base'],
      drivers: ['base', 'machine'],
      live: ['base', 'machine'],
      drive: ['base', 'live'],
      sanitise: ['base', 'drive'],
      health: ['base', 'drive'],
      // What a batch does with machines of a rack and their disks.
      rack: ['base', 'drive', 'machine'],
      boot: ['base', 'drive'],
      media: ['base', 'boot', 'drive', 'drivers'],
      netboot: ['base', 'media'],
      label: ['base'],
      'machine-files': ['base', 'machine'],
      recipe: ['base', 'boot', 'drive', 'drivers', 'machine-files', 'media', 'rack'],
      contents: ['base', 'drivers', 'media', 'recipe'],
      delivery: ['base', 'boot', 'contents', 'drivers', 'machine-files', 'media', 'rack', 'recipe'],
      help: [],
      scan: ['base', 'drive', 'machine'],
      settings: ['base', 'drive', 'health', 'scan'],
      job: ['base', 'boot', 'drive', 'health', 'machine', 'media', 'sanitise', 'scan'],
      flow: ['base', 'drive', 'job', 'media', 'scan'],
      pairing: ['base', 'drive', 'flow', 'job', 'machine', 'media', 'scan', 'settings'],
      ledger: [
        ...['base', 'boot', 'delivery', 'drive', 'drivers', 'health', 'job', 'machine', 'machine-files'],
        ...['media', 'sanitise'],
      ],
      order: ['base', 'boot', 'drive', 'ledger', 'machine', 'media', 'rack', 'scan'],
      shipment: [
        'base',
        'boot',
        'drive',
        'health',
        'ledger',
        'machine',
        'media',
        'order',
        'recipe',
        'sanitise',
      ],
      // The wires stand above the domain: nothing of it may hang from them.
      contract: [
        ...['base', 'drive', 'drivers', 'health', 'boot', 'media', 'recipe', 'contents', 'delivery'],
        ...['live', 'machine', 'label', 'machine-files', 'netboot', 'scan'],
        ...['settings', 'flow', 'pairing', 'job', 'ledger', 'order', 'sanitise', 'shipment'],
      ],
    },
  },
  helper: {
    rooms: ['core'],
    packages: 'any',
    folders: {
      tools: [],
      hash: [],
      live: ['tools'],
      drives: ['live', 'tools'],
      health: ['tools'],
      machine: ['tools'],
      'live-setup': ['drives', 'live', 'machine', 'tools'],
      boot: ['tools'],
      media: ['boot', 'hash', 'tools'],
      delivery: ['hash', 'media', 'tools'],
      'media-create': ['boot', 'hash', 'media', 'tools'],
      'disk-image': ['boot', 'drives', 'hash', 'media', 'tools'],
      pipeline: ['disk-image', 'drives', 'live-setup', 'tools'],
      sanitise: ['drives', 'pipeline', 'tools'],
      'boot-test': ['boot', 'drives', 'pipeline', 'tools'],
      netboot: ['hash', 'tools'],
      server: [
        'boot-test',
        'delivery',
        'disk-image',
        'drives',
        'hash',
        'health',
        'live',
        'live-setup',
        'machine',
        'media',
        'media-create',
        'netboot',
        'pipeline',
        'sanitise',
        'tools',
      ],
    },
  },
  // station and helper meet only in core/contract.
  station: {
    rooms: ['core'],
    packages: 'any',
    folders: {
      state: [],
      threads: ['state'],
      'helper-client': [],
      'rack-link': ['state'],
      barcode: [],
      agent: ['barcode', 'helper-client', 'rack-link', 'state'],
      netboot: ['helper-client', 'rack-link', 'state'],
      media: [],
      signing: ['helper-client', 'state'],
      recipe: [],
      contents: ['media', 'recipe'],
      'machine-files': ['recipe'],
      ledger: ['state'],
      library: ['ledger', 'machine-files', 'media', 'signing', 'state'],
      delivery: ['helper-client', 'ledger', 'library', 'recipe', 'signing', 'state'],
      log: ['ledger', 'state', 'threads'],
      shipment: ['barcode', 'ledger', 'state', 'threads'],
      orders: ['ledger', 'media', 'state'],
      'image-cache': ['helper-client', 'state'],
      rack: ['helper-client', 'image-cache', 'ledger', 'library', 'netboot', 'rack-link', 'state', 'threads'],
      fleet: ['image-cache', 'ledger', 'library', 'rack', 'state'],
      mirror: [
        'delivery',
        'helper-client',
        'image-cache',
        'ledger',
        'library',
        'rack',
        'rack-link',
        'signing',
        'state',
        'threads',
      ],
      backup: ['ledger', 'state'],
      live: ['helper-client', 'ledger', 'signing', 'state'],
      drives: ['helper-client', 'ledger', 'state'],
      jobs: [
        'backup',
        'drives',
        'helper-client',
        'image-cache',
        'ledger',
        'library',
        'live',
        'machine-files',
        'media',
        'orders',
        'state',
      ],
      // Above jobs: a disk that becomes the station's own is taken back from its machine as any finished drive is.
      'image-disk': ['drives', 'helper-client', 'jobs', 'ledger', 'library'],
      machine: ['helper-client', 'jobs'],
      support: ['helper-client', 'state'],
      labels: [],
      // The two front doors, which know nothing of each other.
      app: [
        'backup',
        ...[
          'contents',
          'delivery',
          'drives',
          'fleet',
          'helper-client',
          'image-cache',
          'image-disk',
          'jobs',
          'labels',
          'ledger',
          'library',
          'live',
          'log',
        ],
        ...[
          'machine',
          'machine-files',
          'media',
          'mirror',
          'netboot',
          'orders',
          'rack',
          'rack-link',
          'recipe',
          'shipment',
          'signing',
          'state',
          'support',
          'threads',
        ],
      ],
      cli: [
        ...['agent', 'backup', 'live', 'mirror', 'netboot', 'rack', 'rack-link'],
        ...[
          'contents',
          'delivery',
          'drives',
          'fleet',
          'helper-client',
          'image-cache',
          'image-disk',
          'jobs',
          'ledger',
        ],
        ...['labels', 'library'],
        ...[
          'machine',
          'machine-files',
          'media',
          'orders',
          'recipe',
          'shipment',
          'signing',
          'state',
          'support',
        ],
      ],
    },
  },
  // Windows and wires. What they are for is done in station.
  electron: { rooms: ['core', 'station'], packages: 'any' },
  // The page runs in a sandbox: nothing of Node, and of the house only the rules and the contract.
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
      helpModule,
    ],
  },
  // The reference is made from the program and its schemas (build/reference).
  build: { rooms: ['core', 'station'], packages: 'any' },
  test: { rooms: ['core', 'helper', 'station', 'electron', 'renderer', 'build'], packages: 'any' },
};

/** All rooms, in the order of the table. */
export const roomNames: readonly string[] = Object.keys(layers);
