#!/usr/bin/env bash
# Makes a fresh Debian system in a folder, runs the README's two commands in it and packs the product, on a clone of this
# checkout's last commit. Removes the system afterwards; its output stays in FOLDER/debian-NUMBER.log.
#   npm run systems -- 12 13            Debian 12, then Debian 13: npm run demo, npm test, npm run test:package
#   npm run systems -- 13 --quick       npm run demo and npm run test:quick
#   npm run systems -- 13 --only 'npm run demo'   other commands; may be given several times
#   npm run systems -- 13 --folder DIR  where the system is made; without it /var/tmp/prestage-systems
#   npm run systems -- 13 --keep        leaves the system there, to look at
# Debian's mirror, its proxy and npm's registry are those this machine is set up with. Exit status: 0 when every command
# passed, 1 when one failed, 2 for a wrong call, 3 when something is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
export PATH="$PATH:/usr/sbin:/sbin"
say() { printf 'systems: %s\n' "$*" >&2; }
stop() { say "$2"; exit "$1"; }

numbers=() commands=() keep="" folder=/var/tmp/prestage-systems quick=""
while [ $# -gt 0 ]; do
  case "$1" in
    12 | 13) numbers+=("$1") ;;
    --quick) quick=yes ;;
    --keep) keep=yes ;;
    --only | --folder)
      [ $# -gt 1 ] || stop 2 "$1 needs a value"
      if [ "$1" = --only ]; then commands+=("$2"); else folder=$(realpath -m "$2"); fi
      shift ;;
    *) stop 2 "unknown: $1. Say which Debian, as in: npm run systems -- 12 13" ;;
  esac
  shift
done
[ ${#numbers[@]} -gt 0 ] || stop 2 "say which Debian: npm run systems -- 12 13"
if [ ${#commands[@]} = 0 ]; then
  commands=("npm run demo" "npm test" "npm run test:package")
  [ -z "$quick" ] || commands=("npm run demo" "npm run test:quick")
fi
[ "$(id -u)" = 0 ] || stop 3 "making a Debian system needs root. Run: sudo npm run systems -- ${numbers[*]}"
if ! command -v debootstrap >/dev/null; then
  say "installing: debootstrap"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >&2
fi
[ -z "$(git -C "$checkout" status --porcelain)" ] || say "uncommitted changes of this checkout are left out"

system="" inside=""
# All mounts are the system's own and go with its processes. What is left is the folder.
clean() {
  if [ -n "$inside" ]; then
    # To the first process inside: it ends the others and detaches their loop devices.
    # shellcheck disable=SC2046 # one word a process
    kill -TERM $(cat "/proc/$inside/task/$inside/children" 2>/dev/null) 2>/dev/null || true
    wait "$inside" 2>/dev/null || true
  fi
  if [ -n "$system" ] && [ -z "$keep" ]; then rm -rf --one-file-system "$system"; fi
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed="" summary=()
for number in "${numbers[@]}"; do
  codename=bookworm
  [ "$number" = 12 ] || codename=trixie
  system=$folder/debian-$number
  log=$folder/debian-$number.log
  mkdir -p "$folder"
  say "making Debian $number ($codename) in $system"
  if ! bash "$here/make.sh" "$system" "$number" "$codename" >"$log" 2>&1; then
    tail -20 "$log" >&2
    stop 3 "Debian $number could not be made; all of the output is in $log"
  fi
  # --kill-child: whatever runs in the system ends with it.
  unshare --mount --pid --ipc --uts --fork --kill-child \
    bash "$here/enter.sh" "$system" "$number" "${commands[@]}" > >(tee -a "$log") 2>&1 &
  inside=$!
  wait "$inside" || true
  inside=""
  if [ -s "$system/root/outcome" ]; then
    while IFS= read -r line; do summary+=("Debian $number: $line"); done <"$system/root/outcome"
    ! grep -q '^FAILED' "$system/root/outcome" || failed=yes
  else
    summary+=("Debian $number: FAILED before the first command; see $log")
    failed=yes
  fi
  [ -n "$keep" ] || rm -rf --one-file-system "$system"
done

printf '\n'
printf '%s\n' "${summary[@]}"
[ -z "$failed" ] || exit 1
