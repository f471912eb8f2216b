#!/bin/sh
# What stands for Windows PE and the media's first step: reads the Windows partition that it was started from,
# compares every file with the media's own list, and says so on the serial console.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec >/dev/console 2>&1
for module in $(cat /modules/order); do insmod "/modules/$module"; done
echo "SERIAL: $(cat /sys/class/dmi/id/product_serial)"
disk=
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ -b /dev/nvme0n1p3 ] && disk=/dev/nvme0n1p3 && break
  sleep 1
done
mkdir -p /media
if [ -z "$disk" ] || ! mount -t ntfs3 -o ro "$disk" /media; then
  echo "MEDIA UNREADABLE"
elif (cd /media && sha256sum -c SMS/data/content.sha256 >/tmp-result 2>&1); then
  echo "MEDIA OK"
else
  grep -v ': OK$' /tmp-result
  echo "MEDIA DIFFERS"
fi
sync
sleep 60
poweroff -f
