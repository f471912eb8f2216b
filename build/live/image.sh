#!/usr/bin/env bash
# Writes the image from WORK/root and WORK/loaders, without mounting anything. Started by make.sh.
#   image.sh WORK IMAGE LEVEL
# LEVEL is zstd's, for the squashfs: 1 is quick, 19 is small.
#
# The image is an ISO 9660 and a disk with GPT at once. The places are the same in every version, so that an update finds
# the other slot as large as its own:
#   2  PRESTAGE-A     32 KiB .. 800 MiB   the ISO 9660 itself: kernel, initramfs, squashfs
#   1  PRESTAGE-ESP   800 .. 840 MiB      shim, GRUB, grub.cfg, grubenv
# The first start adds PRESTAGE-B at 840 MiB, as large as A, and PRESTAGE-DATA behind.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 image=$2 level=$3 root=$1/root iso=$1/iso
slot_mebibytes=800 esp_mebibytes=40
say() { printf 'live: %s\n' "$*" >&2; }

mkdir -p "$iso/live" "$iso/prestage" "$iso/EFI/BOOT" "$iso/EFI/debian"
mv "$root"/boot/vmlinuz-* "$iso/live/vmlinuz"
mv "$root"/boot/initrd.img-* "$iso/live/initrd"
rm -rf "${root:?}"/boot/* "$root"/vmlinuz* "$root"/initrd.img*
# SOURCE_DATE_EPOCH is the newest time that anything in it bears, and its own.
mksquashfs "$root" "$iso/live/filesystem.squashfs" -comp zstd -Xcompression-level "$level" -b 256K -noappend -no-progress -quiet >&2
cp "$root/usr/lib/prestage/live.json" "$iso/prestage/live.json"
cp "$work/manifest" "$iso/prestage/manifest"
cp "$here/grub/slot.cfg" "$iso/prestage/slot.cfg"

# Microsoft's key signed shim, Debian's signed GRUB and the kernel.
cp "$work/loaders/usr/lib/shim/shimx64.efi.signed" "$iso/EFI/BOOT/BOOTX64.EFI"
cp "$work/loaders/usr/lib/shim/mmx64.efi.signed" "$iso/EFI/BOOT/mmx64.efi"
cp "$work/loaders/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$iso/EFI/BOOT/grubx64.efi"
# The same GRUB with what a start from the network needs; the station serves it (helper/netboot).
mkdir -p "$iso/prestage/netboot"
cp "$work/loaders/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed" "$iso/prestage/netboot/grubnetx64.efi"
cp "$here/grub/esp.cfg" "$iso/EFI/debian/grub.cfg"
# GRUB's memory: a text of 1024 bytes, filled up with #.
{ printf '# GRUB Environment Block\nslot=a\n' && head -c 992 /dev/zero | tr '\0' '#'; } >"$iso/EFI/debian/grubenv"
# Fills the slot up, so that the EFI partition begins where it always does.
: >"$iso/prestage/room"
same_time() { find "$iso" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +; }
same_time

esp=$work/esp.img
truncate --size ${esp_mebibytes}M "$esp"
mkfs.fat -F 32 -s 1 -n PRESTAGE -i 50524553 --invariant "$esp" >/dev/null
mcopy -s -m -i "$esp" "$iso/EFI" ::/

make_iso() { # OPTION...
  xorriso -report_about WARNING -as mkisofs -iso-level 3 -r -J -V PRESTAGE -partition_offset 16 \
    -append_partition 2 c12a7328-f81f-11d2-ba4b-00a0c93ec93b "$esp" -appended_part_as_gpt \
    -e --interval:appended_partition_2:all:: -no-emul-boot "$@" "$iso"
}
# Blocks of 2048 bytes, with the EFI partition and 166 that xorriso adds behind it.
blocks=$(make_iso -print-size 2>/dev/null | tail -1)
room=$(((slot_mebibytes + esp_mebibytes) * 512 + 166 - blocks))
if [ $room -lt 0 ]; then
  say "what a slot holds is $((-room / 512 + 1)) MiB more than the $slot_mebibytes MiB of a slot"
  exit 3
fi
truncate --size $((room * 2048)) "$iso/prestage/room"
same_time
rm -f "$image"
make_iso -o "$image" 2>/dev/null

# The partitions' names, by which the running system finds them, and their order: some firmware looks at the first only.
sgdisk --delete=3 --transpose=1:2 \
  --change-name=1:PRESTAGE-ESP --change-name=2:PRESTAGE-A --typecode=2:8300 \
  --disk-guid=50524553-5441-4745-0000-000000000000 \
  --partition-guid=1:50524553-5441-4745-0000-000000000001 \
  --partition-guid=2:50524553-5441-4745-0000-000000000002 "$image" >/dev/null
places=$(sgdisk --print "$image" | awk '$1 ~ /^[0-9]+$/ { printf "%s %s-%s;", $1, $2, $3 }')
if [ "$places" != "1 1638400-1720319;2 64-1638399;" ]; then
  say "the partitions are not where they belong: $places"
  exit 3
fi
cp "$work/manifest" "${image%.iso}.manifest"
(cd "$(dirname "$image")" && sha256sum "$(basename "$image")") >"${image%.iso}.sha256"
