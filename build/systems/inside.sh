#!/usr/bin/env bash
# In the system: brings what the README asks for, runs the commands, and writes a line for each into /root/outcome.
#   inside.sh NUMBER COMMAND...
set -uo pipefail
number=$1
shift
umount --lazy /run/outside
printf '127.0.0.1 localhost debian-%s\n' "$number" >/etc/hosts
certificates=/etc/machine-certificates.pem
if [ -f $certificates ]; then export NODE_EXTRA_CA_CERTS=$certificates; fi

# A loop device outlives its system. Those over files that this one sees as its own are detached.
clean() {
  # Everybody but this first process.
  kill -KILL -1 2>/dev/null
  losetup --list --noheadings --raw --output NAME,BACK-INO,BACK-MAJ:MIN,BACK-FILE 2>/dev/null |
    while read -r device inode disk file; do
      if [ "$(stat --format '%i %Hd:%Ld' "$file" 2>/dev/null)" = "$inode $disk" ]; then
        printf 'left behind: %s over %s\n' "$device" "$file"
        losetup --detach "$device"
      fi
    done
}
trap clean EXIT
trap 'exit 143' INT TERM

export DEBIAN_FRONTEND=noninteractive
packages="git"
# Debian 13's own; on Debian 12 they lie in /usr/local already.
[ "$number" = 12 ] || packages="nodejs npm git"
apt-get update -qq || exit 1
# Without what these only recommend, build-essential for one: build/setup.sh must bring all that is needed.
# shellcheck disable=SC2086 # one word a package
apt-get install -y -qq --no-install-recommends $packages >/dev/null || exit 1

cd /root/prestage || exit 1
printf '\nDebian %s, Node %s, npm %s, commit %s\n' "$(cat /etc/debian_version)" "$(node --version)" "$(npm --version)" \
  "$(git log -1 --format='%h %s')"
for command in "$@"; do
  printf '\n$ %s\n' "$command"
  start=$SECONDS
  output=$(mktemp)
  # In the background, so that a signal is heard at once.
  { bash -c "$command" </dev/null 2>&1; echo $? >"$output.status"; } | tee "$output" &
  wait $!
  status=$(cat "$output.status")
  word=passed
  [ "$status" = 0 ] || word="FAILED with exit status $status"
  count=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$output" | tail -1)
  took=$((SECONDS - start))
  printf '%s: %s, %d min %02d s%s\n' "$word" "$command" $((took / 60)) $((took % 60)) "${count:+ ($count)}" |
    tee -a /root/outcome
  rm -f "$output" "$output.status"
done
