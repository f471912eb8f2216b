#!/usr/bin/env bash
# Makes Prestage Live: one image that starts any 64-bit UEFI PC as a station. As root, on Debian 12 or 13.
#   sudo npm run package:live                    packs the product and makes dist-package/prestage-live_VERSION_amd64.iso
#   sudo npm run package:live -- --flavour test  the same with a package for tests: prestage-live_VERSION_amd64.test.iso
#   sudo npm run package:live -- --deb FILE      with a package that is there already
# Beside the image: .manifest with every Debian package in it, .sha256. The same commit and the same Debian packages give
# the same bytes. Debian's mirror and apt's proxy are those this machine is set up with. Exit status: 0 made, 2 for a wrong
# call, 3 when something is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C.UTF-8 TZ=UTC
umask 022
say() { printf 'live: %s\n' "$*" >&2; }
stop() { say "$2"; exit "$1"; }

flavour=release deb=""
while [ $# -gt 0 ]; do
  case "$1" in
    --flavour | --deb)
      [ $# -gt 1 ] || stop 2 "$1 needs a value"
      if [ "$1" = --deb ]; then deb=$(realpath "$2"); else flavour=$2; fi
      shift ;;
    *) stop 2 "unknown: $1" ;;
  esac
  shift
done
case "$flavour" in release | test) ;; *) stop 2 "--flavour is release or test" ;; esac
[ "$(id -u)" = 0 ] || stop 3 "making the image needs root. Run: sudo npm run package:live"

missing=""
for pair in mmdebstrap:mmdebstrap mksquashfs:squashfs-tools xorriso:xorriso sgdisk:gdisk mcopy:mtools mkfs.fat:dosfstools; do
  command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
done
if [ -n "$missing" ]; then
  say "installing:$missing"
  apt-get update -qq >&2
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
fi

cd "$checkout"
version=$(node -p 'require("./package.json").version')
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
commit=$(git rev-parse HEAD)
[ -z "$(git status --porcelain)" ] || say "uncommitted changes of this checkout are in the image, too"

# The image for tests, which nobody writes to a stick, is made quickly.
suffix="" level=19
if [ "$flavour" = test ]; then suffix=.test level=3; fi
if [ -z "$deb" ]; then
  npm run --silent package -- --flavour "$flavour" >&2
  deb=$checkout/dist-package/prestage_${version}_amd64$suffix.deb
fi
[ -f "$deb" ] || stop 3 "there is no $deb"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/prestage-live.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
image=$checkout/dist-package/prestage-live_${version}_amd64$suffix.iso
printf '{\n  "version": "%s",\n  "built": "%s",\n  "commit": "%s"\n}\n' \
  "$version" "$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "$commit" >"$work/live.json"

say "making Debian 13 with $(basename "$deb")"
unshare --mount bash "$here/root.sh" "$work" "$deb"
say "writing $image"
bash "$here/image.sh" "$work" "$image" "$level"
say "made $image: $(($(stat --format %s "$image") / 1000000)) MB in $SECONDS s"
