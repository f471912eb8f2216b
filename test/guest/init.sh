#!/bin/sh
# The first process of the guest: loads the modules, mounts the computer's own files read-only, and runs what comes over the second
# serial port, each by itself. A line is the number of a command; its script lies on the share.
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev
# What udev would make: hivexml prints to /dev/stdout by its name.
$busybox ln -s /proc/self/fd /dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do
  $busybox ln -s "fd/${stream%:*}" "/dev/${stream#*:}"
done
$busybox mount -t configfs configfs /sys/kernel/config 2>/dev/null
while read -r file; do
  $busybox insmod "/modules/$file" || echo "guest: $file cannot be loaded"
done </modules/order
$busybox mkdir -p /host /dev/shm
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host || echo 'guest: no host'
for folder in tmp run var/tmp root; do
  $busybox mount -t tmpfs tmpfs "/host/$folder" || echo "guest: no memory at $folder"
done
for folder in proc sys dev; do
  $busybox mount --rbind "/$folder" "/host/$folder"
done
$busybox mkdir -p /host/run/share /host/run/state /host/run/checkout
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 checkout /host/run/checkout || echo 'guest: no checkout'
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 share /host/run/share || echo 'guest: no share'
for disk in /sys/block/vd*; do
  [ "$($busybox cat "$disk/serial")" = prestage-state ] || continue
  $busybox mount -t ext4 "/dev/${disk#/sys/block/}" /host/run/state || echo 'guest: no state'
done
# Open from here on: what comes while nobody has it open is lost.
exec 3<>/dev/ttyS1
$busybox stty raw -echo <&3
run() {
  $busybox chroot /host /bin/sh "/run/share/$1.sh" >"/host/run/share/$1.out" 2>"/host/run/share/$1.err" </dev/null
  echo "done $1 $?" >&3
}
echo 'guest: ready'
echo ready >&3
while read -r number; do
  run "$number" &
done <&3
