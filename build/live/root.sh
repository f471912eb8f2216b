#!/usr/bin/env bash
# Makes the system that the stick starts, in WORK/root, and its signed loaders in WORK/loaders. Started by make.sh.
#   root.sh WORK DEB
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 deb=$2 root=$1/root
. "$here/../systems/mirror.sh"

# The product's package, as an archive of its own.
mkdir -p "$work/archive" "$work/loaders"
cp "$deb" "$work/archive/prestage.deb"
{
  dpkg-deb --field "$work/archive/prestage.deb"
  printf 'Filename: ./prestage.deb\nSize: %s\nSHA256: %s\n' \
    "$(stat --format %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
} >"$work/archive/Packages"

debian_sources trixie 'main non-free-firmware' >"$work/sources.list"
if [ ! -s "$work/sources.list" ]; then
  printf 'apt of this machine knows no archive of Debian: there is nothing to make a system from.\n' >&2
  exit 3
fi
printf 'deb [trusted=yes] copy:%s ./\n' "$work/archive" >>"$work/sources.list"
apt_ways >"$work/apt.conf"

# What nobody reads on the stick. Licences stay. Drivers that no station needs stay away with what they could be used for.
cat >"$work/dpkg.cfg" <<'EOF'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/help/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/bug/*
path-exclude=/usr/lib/firmware/rtw8*
path-exclude=/usr/lib/firmware/rtlwifi/*
path-exclude=/usr/lib/firmware/rtl_bt/*
path-exclude=/usr/lib/modules/*/kernel/drivers/net/wireless/*
path-exclude=/usr/lib/modules/*/kernel/drivers/bluetooth/*
path-exclude=/usr/lib/modules/*/kernel/drivers/media/*
path-exclude=/usr/lib/modules/*/kernel/drivers/infiniband/*
path-exclude=/usr/lib/modules/*/kernel/drivers/isdn/*
path-exclude=/usr/lib/modules/*/kernel/drivers/gpu/drm/amd/*
path-exclude=/usr/lib/modules/*/kernel/drivers/gpu/drm/radeon/*
path-exclude=/usr/lib/modules/*/kernel/drivers/gpu/drm/nouveau/*
EOF

packages=$(sed 's/#.*//' "$here/packages.list" | xargs | tr ' ' ',')
# Into the initramfs: there before the kernel's package makes it.
mmdebstrap --mode=root --variant=essential --format=directory --quiet \
  --aptopt="$work/apt.conf" --dpkgopt="$work/dpkg.cfg" \
  --include="$packages,prestage" \
  --essential-hook="install -D --mode=0644 '$here/initramfs/9999-prestage-system' \"\$1/usr/lib/live/boot/9999-prestage-system\"" \
  --customize-hook="cd '$work/loaders' && APT_CONFIG=\"\$MMDEBSTRAP_APT_CONFIG\" apt-get download -qq shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed" \
  trixie "$root" "$work/sources.list" >&2

# What makes a Debian a station.
cp -rT --no-preserve=mode,ownership "$here/root" "$root"
chmod 0755 "$root"/usr/lib/prestage/live/*
install -m 0644 "$work/live.json" "$root/usr/lib/prestage/live.json"
# live-boot writes into it at each start.
mkdir -p "$root/etc/network"
printf 'prestage\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost prestage\n::1 localhost\n' >"$root/etc/hosts"
systemd-sysusers --root="$root"
systemctl --root="$root" --quiet enable prestage-live prestage-screen prestage-station prestage-agent prestage-live-good systemd-networkd systemd-timesyncd
# Nobody logs in, on no console; nothing waits with a shell; no time of day starts anything.
systemctl --root="$root" --quiet mask getty@.service serial-getty@.service console-getty.service autovt@.service \
  debug-shell.service ctrl-alt-del.target emergency.service rescue.service \
  suspend.target hibernate.target hybrid-sleep.target sleep.target \
  nvmf-autoconnect.service nvmefc-boot-connections.service e2scrub_reap.service dpkg-db-backup.timer e2scrub_all.timer fstrim.timer smartmontools.service

dpkg-query --admindir="$root/var/lib/dpkg" --show --showformat '${Package} ${Version} ${Architecture}\n' >"$work/manifest"
for package in "$work"/loaders/*.deb; do
  dpkg-deb --extract "$package" "$work/loaders"
  dpkg-deb --showformat '${Package} ${Version} ${Architecture} (start)\n' --show "$package" >>"$work/manifest"
done
LC_ALL=C sort -o "$work/manifest" "$work/manifest"

# What would differ from run to run, be the same on all sticks although it names one machine, or tell of this machine.
rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/* "$root"/var/log/* "$root"/etc/apt/apt.conf.d/*mmdebstrap* \
  "$root"/etc/apt/sources.list* "$root"/etc/dpkg/dpkg.cfg.d/*mmdebstrap* "$root"/etc/nvme/host* \
  "$root"/var/lib/systemd/random-seed "$root"/var/lib/dbus/machine-id "$root"/etc/*- "$root"/var/lib/dpkg/*-old \
  "$root"/etc/resolv.conf "$root"/run/* "$root"/tmp/*
: >"$root/etc/machine-id"
