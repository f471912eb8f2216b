#!/usr/bin/env bash
# Brings a fresh Debian 12 machine with Node 20 to where prestage runs: system tools, npm packages, the
# native addon, the bundles. Does only what is missing; safe to run again.
#   build/setup.sh           what the product needs
#   build/setup.sh --tests   what the tests and the benchmark need as well
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

say() { printf 'setup: %s\n' "$*" >&2; }

# command:package
wanted="wimlib-imagex:wimtools mkntfs:ntfs-3g mkfs.fat:dosfstools mcopy:mtools lsblk:util-linux
        g++:g++ make:make python3:python3"
if [ "${1:-}" = "--tests" ]; then
  wanted="$wanted sgdisk:gdisk sfdisk:fdisk losetup:mount sudo:sudo"
fi

missing=""
for pair in $wanted; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then
    say "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    # shellcheck disable=SC2086 # one word a package
    apt-get install -y -qq --no-install-recommends $missing >&2
  else
    say "missing system packages. Install them, then run this again:"
    say "  sudo apt-get install --no-install-recommends$missing"
    exit 3
  fi
fi

lock_sum=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.prestage-lock-sum 2>/dev/null || true)" != "$lock_sum" ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$lock_sum" > node_modules/.prestage-lock-sum
fi

# Node's own headers, when this Node came with them, spare node-gyp a download.
node_prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
nodedir=""
[ -f "$node_prefix/include/node/node_api.h" ] && nodedir="--nodedir=$node_prefix"
addon=native/addon/build/Release/block_device.node
if [ ! -f $addon ] || [ native/addon/block-device.c -nt $addon ] || [ native/addon/binding.gyp -nt $addon ]; then
  say "building the native addon"
  npx --no-install node-gyp rebuild --silent -C native/addon ${nodedir:+"$nodedir"} >&2
fi

npm run --silent build >&2
