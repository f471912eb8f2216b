#!/usr/bin/env bash
# Makes a folder the root of this mount namespace and runs inside.sh there. Started by run.sh in namespaces of its own;
# all that is mounted here goes with them. Not chroot: in one, the kernel refuses the namespaces of Chromium's sandbox.
#   enter.sh SYSTEM NUMBER COMMAND...
set -euo pipefail
system=$1
shift
hostname "debian-$1"
mount --make-rprivate /
mount --bind "$system" "$system"
cd "$system"
mount -t proc proc proc
mount --rbind /sys sys
# The kernel's own, for loop devices that are made while it runs; terminals and shared memory are the system's.
mount --rbind /dev dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount --bind dev/pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=0755 tmpfs run
mkdir -p run/lock
# As Debian 13 starts: /tmp is memory, half of it at most.
[ "$1" != 13 ] || mount -t tmpfs -o mode=1777,size=50% tmpfs tmp
mkdir -p run/outside
pivot_root . run/outside
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
  TERM="${TERM:-dumb}" bash /root/inside.sh "$@"
