/** What dpkg is told of the package. */

/** The tools that the helper runs; the same as in helper/tools/requirements.ts and build/setup.sh. */
const tools = [
  'wimtools',
  'ntfs-3g',
  'dosfstools',
  'mtools',
  'libhivex-bin',
  'openssl',
  'util-linux (>= 2.36)',
];

/** The way to a privileged helper from a desktop. */
const privilege = ['pkexec', 'polkitd'];

/**
 * The packages of every library that the files of Electron 33 and of the helper name, except the C library's, by their names on Debian 12;
 * later Debians provide the old names. test/package/package.test.ts compares the list with what the packed files name.
 */
export const libraryPackages: readonly string[] = [
  'libasound2',
  'libatk-bridge2.0-0',
  'libatk1.0-0',
  'libatspi2.0-0',
  'libcairo2',
  'libcups2',
  'libdbus-1-3',
  'libdrm2',
  'libexpat1',
  'libgbm1',
  'libgcc-s1',
  'libglib2.0-0',
  'libgtk-3-0',
  'libnspr4',
  'libnss3',
  'libpango-1.0-0',
  'libstdc++6',
  'libudev1',
  'libwim15',
  'libx11-6',
  // Not named by any file: opened while running, and the app dies without it.
  'libx11-xcb1',
  'libxcb1',
  'libxcomposite1',
  'libxdamage1',
  'libxext6',
  'libxfixes3',
  'libxkbcommon0',
  'libxrandr2',
];

export const maintainer = 'Prestage maintainers <maintainers@prestage.invalid>';

export function controlFile(details: {
  readonly version: string;
  readonly architecture: string;
  /** Size of all files when installed. */
  readonly kibibytes: number;
  /** The oldest version of the C library that it runs with. */
  readonly libc: string;
}): string {
  const fields: readonly (readonly [string, string])[] = [
    ['Package', 'prestage'],
    ['Version', details.version],
    ['Architecture', details.architecture],
    ['Maintainer', maintainer],
    ['Installed-Size', String(details.kibibytes)],
    ['Depends', [...tools, ...privilege, `libc6 (>= ${details.libc})`, ...libraryPackages].join(', ')],
    // Boot tests, label printing, starting a rack's machines, and what reads a drive's health, say so when they are missing.
    ['Recommends', 'qemu-system-x86, ovmf, smartmontools, nvme-cli, hdparm, cups-client, dnsmasq-base'],
    ['Section', 'admin'],
    ['Priority', 'optional'],
    [
      'Description',
      [
        'write one prestaged Windows image to many drives',
        ' Writes one prestaged Windows image (a WIM file) to a rack of drives in',
        ' parallel, reads back every written byte, and writes the partition table of a',
        ' drive only when all of it was correct. Drive, machine, operator and result are',
        ' recorded in a signed ledger.',
        ' .',
        ' Has a desktop application (prestage-bench) and a command line (prestage).',
      ].join('\n'),
    ],
  ];
  return `${fields.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}

/** @param seconds the time of the change, since 1970 */
export function changelog(version: string, seconds: number): string {
  // RFC 5322, as Debian's changelogs have it.
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  return `prestage (${version}) unstable; urgency=medium\n\n  * Release ${version}.\n\n -- ${maintainer}  ${date}\n`;
}
