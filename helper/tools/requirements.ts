/** The tools we call, with the Debian package that brings each. */
export const toolPackages = {
  lsblk: 'util-linux',
  prlimit: 'util-linux',
  'wimlib-imagex': 'wimtools',
  mkntfs: 'ntfs-3g',
  ntfscluster: 'ntfs-3g',
  'mkfs.fat': 'dosfstools',
  mcopy: 'mtools',
  mdir: 'mtools',
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  dmidecode: 'dmidecode',
  hivexml: 'libhivex-bin',
  hivexsh: 'libhivex-bin',
  openssl: 'openssl',
  smartctl: 'smartmontools',
} as const;

export type ToolName = keyof typeof toolPackages;
