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
  nvme: 'nvme-cli',
  hdparm: 'hdparm',
  smartctl: 'smartmontools',
  // Of a live system alone; its image brings them (build/live).
  cryptsetup: 'cryptsetup-bin',
  sfdisk: 'fdisk',
  sgdisk: 'gdisk',
  partx: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
  mount: 'mount',
  date: 'coreutils',
  udevadm: 'udev',
  systemctl: 'systemd',
} as const;

export type ToolName = keyof typeof toolPackages;
