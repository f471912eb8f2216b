#!/bin/sh
# What stands for Windows PE and the media's first step: reads the Windows partition that it was started from,
# compares every file with the media's own list, and says so on the serial console and on the display.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
say() {
  echo "$*" >/dev/ttyS0
  echo "$*" >/dev/tty0
}
for module in $(cat /modules/order); do insmod "/modules/$module"; done
say "SERIAL: $(cat /sys/class/dmi/id/product_serial)"
disk=/dev/nvme0n1p3
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ -b "$disk" ] && break
  sleep 1
done
mkdir -p /media
if ! mount -t ntfs3 -o ro "$disk" /media; then
  say "MEDIA UNREADABLE"
elif (cd /media && sha256sum -c SMS/data/content.sha256 >/result 2>/dev/null); then
  say "MEDIA OK"
  # Whoever watches the display has time to see it.
  sleep 60
else
  grep -v ': OK$' /result | while read -r line; do say "$line"; done
  say "MEDIA DIFFERS"
fi
sleep 2
poweroff -f
