#!/usr/bin/env bash
# Brings a fresh Debian 12 or 13 with Node 20.19 or newer to where prestage runs: system tools, npm packages, the
# native addon, the bundles. Does only what is missing; safe to run again.
#   build/setup.sh           what the command line and the demo need
#   build/setup.sh --app     also what starting and packing the desktop app needs: Electron and its libraries
#   build/setup.sh --tests   all of that, and what the tests and the benchmark need
#   build/setup.sh --fleet   what the command line needs, and a PostgreSQL for the fleet's tests
#   build/setup.sh --live    what --tests does, and what making the stick and reading a screen needs
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

say() { printf 'setup: %s\n' "$*" >&2; }

app=""
tests=""
fleet=""
live=""
case "${1:-}" in
  "") ;;
  --app) app=yes ;;
  --tests) app=yes tests=yes ;;
  --fleet) fleet=yes ;;
  --live) app=yes tests=yes live=yes ;;
  *) say "unknown: $1"; exit 2 ;;
esac

node=$(readlink -f "$(command -v node || true)")
if [ -z "$node" ] || ! "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  say "Prestage needs Node 20.19 or newer; here is ${node:-none} ${node:+$("$node" --version)}. Debian 13 has it in its package nodejs; on Debian 12 take it from nodejs.org"
  exit 3
fi

# command:package
wanted="wimlib-imagex:wimtools mkntfs:ntfs-3g mkfs.fat:dosfstools mcopy:mtools lsblk:util-linux
        hivexsh:libhivex-bin openssl:openssl smartctl:smartmontools nvme:nvme-cli hdparm:hdparm g++:g++ make:make python3:python3"
# library:package, by its name on Debian 12. Those that Electron's own files name, and libX11-xcb, which it opens while
# running.
libraries=""
if [ -n "$app" ]; then
  wanted="$wanted unzip:unzip strip:binutils dpkg-deb:dpkg"
  libraries="libasound.so.2:libasound2 libatk-1.0.so.0:libatk1.0-0 libatk-bridge-2.0.so.0:libatk-bridge2.0-0
             libatspi.so.0:libatspi2.0-0 libcairo.so.2:libcairo2 libcups.so.2:libcups2 libdbus-1.so.3:libdbus-1-3
             libdrm.so.2:libdrm2 libexpat.so.1:libexpat1 libgbm.so.1:libgbm1 libgio-2.0.so.0:libglib2.0-0
             libgtk-3.so.0:libgtk-3-0 libnspr4.so:libnspr4 libnss3.so:libnss3 libpango-1.0.so.0:libpango-1.0-0
             libudev.so.1:libudev1 libX11.so.6:libx11-6 libX11-xcb.so.1:libx11-xcb1 libxcb.so.1:libxcb1
             libXcomposite.so.1:libxcomposite1 libXdamage.so.1:libxdamage1 libXext.so.6:libxext6
             libXfixes.so.3:libxfixes3 libxkbcommon.so.0:libxkbcommon0 libXrandr.so.2:libxrandr2"
fi
if [ -n "$tests" ]; then
  wanted="$wanted sgdisk:gdisk sfdisk:fdisk losetup:mount sudo:sudo Xvfb:xvfb xauth:xauth lintian:lintian
          ip:iproute2 dnsmasq:dnsmasq-base pkexec:pkexec pkaction:polkitd dbus-daemon:dbus qemu-system-x86_64:qemu-system-x86 xz:xz-utils
          mkfs.ext4:e2fsprogs dmsetup:dmsetup cryptsetup:cryptsetup-bin ps:procps git:git minisign:minisign xdotool:xdotool
          setxkbmap:x11-xkb-utils zbarimg:zbar-tools pdftoppm:poppler-utils lp:cups-client cupsd:cups-daemon"
fi
if [ -n "$live" ]; then
  wanted="$wanted mmdebstrap:mmdebstrap mksquashfs:squashfs-tools xorriso:xorriso tesseract:tesseract-ocr"
fi

missing=""
for pair in $wanted; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
# Not on the PATH, where another one may be.
if [ -n "$fleet" ] && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
  missing="$missing postgresql"
fi
if [ -n "$libraries" ]; then
  present=$(ldconfig -p)
  for pair in $libraries; do
    case "$present" in *"${pair%%:*} "*) ;; *) missing="$missing ${pair##*:}" ;; esac
  done
fi
# Headers of the library that wimtools brings.
if [ ! -e /usr/include/wimlib.h ]; then missing="$missing libwim-dev"; fi
if [ -n "$tests" ] && [ ! -e /usr/share/OVMF/OVMF_VARS_4M.ms.fd ]; then missing="$missing ovmf"; fi
if [ -n "$live" ] && ! ls /usr/share/tesseract-ocr/*/tessdata/eng.traineddata >/dev/null 2>&1; then
  missing="$missing tesseract-ocr-eng"
fi

# Debian 13 renamed libraries whose interface has a 64-bit time: libasound2 is libasound2t64 there.
by_availability() {
  local name
  for name in "$@"; do
    if ! installable "$name" && installable "${name}t64"; then name=${name}t64; fi
    printf ' %s' "$name"
  done
}
installable() { apt-cache policy "$1" 2>/dev/null | grep 'Candidate:' | grep -qv '(none)'; }

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2
    # shellcheck disable=SC2086 # one word a package
    missing=$(by_availability $missing)
    say "installing:$missing"
    # shellcheck disable=SC2086 # one word a package
    apt-get install -y -qq --no-install-recommends $missing >&2
  else
    # shellcheck disable=SC2086 # one word a package
    missing=$(by_availability $missing)
    say "missing system packages. Install them, then run this again:"
    say "  sudo apt-get install --no-install-recommends$missing"
    exit 3
  fi
fi

# The boot test fetches Debian's signed kernel and loaders: apt must know them.
if [ -n "$tests" ] && [ -z "$(apt-cache pkgnames linux-image-6.12. 2>/dev/null)" ]; then
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq >&2
  else
    say "apt knows no kernel for the boot test. Run: sudo apt-get update"
    exit 3
  fi
fi

# As root, the tests run programs as the user nobody, who must be able to run this Node.
if [ -n "$tests" ] && [ "$(id -u)" = 0 ] &&
  ! setpriv --reuid=65534 --regid=65534 --clear-groups "$node" --version >/dev/null 2>&1; then
  say "the tests also run programs as the user nobody, who cannot run $node: put Node where every user can run it, such as /usr/local, or run the tests as an ordinary user"
  exit 3
fi

# Node's own headers, when this Node came with them, spare node-gyp a download.
node_prefix=$(dirname "$(dirname "$node")")
[ ! -f "$node_prefix/include/node/node_api.h" ] || export npm_config_nodedir="$node_prefix"

lock_sum=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.prestage-lock-sum 2>/dev/null || true)" != "$lock_sum" ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$lock_sum" > node_modules/.prestage-lock-sum
fi

addon=helper/addon/build/Release/block_device.node
if [ ! -f $addon ] || [ helper/addon/block-device.c -nt $addon ] || [ helper/addon/binding.gyp -nt $addon ]; then
  say "building the native addon"
  npx --no-install node-gyp rebuild --silent -C helper/addon >&2
fi

# Does nothing where it is there and newer than its sources.
bash helper/unpack-wim/build.sh >&2

# Bundled where a part is missing, with another Node or other packages, and where a file that may go into the bundles changed since: by
# its change time, which no copy sets back as it does the time of its content.
built="dist/.built"
with="$node $("$node" --version) $lock_sum"
stale() {
  local part
  for part in prestage.cjs prestage.early.cjs prestage.code.cjs helper.cjs helper.code.cjs app/main.cjs app/renderer/app.js; do
    [ -f "dist/$part" ] || return 0
  done
  [ "$(cat $built 2>/dev/null || true)" = "$with" ] || return 0
  [ -n "$(find . -mindepth 1 \( -name '.?*' -o -path ./node_modules -o -path './dist*' -o -path ./test -o -path ./test-results \
    -o -path './helper/*/build' -o -path ./docs/adr -o -path ./docs/reference -o -name '*.json' -path './docs/*' \) -prune \
    -o -cnewer $built -print -quit)" ]
}
if stale; then
  started=$(mktemp)
  trap 'rm -f "$started"' EXIT
  npm run --silent build >&2
  printf '%s' "$with" > $built
  # What is changed while it is built is newer.
  touch --reference="$started" $built
fi

# Quick when it is there already; prints which Electron it is.
[ -z "$app" ] || npx --no-install tsx build/electron-runtime.ts >&2
