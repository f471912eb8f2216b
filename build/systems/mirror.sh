# shellcheck shell=bash
# What this machine knows of Debian's archive, read at run time: its mirror and apt's proxy. Sourced.

# The address of the archive with this label in apt's own list, whatever form its sources have.
archive() { # LABEL
  apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' -v label="$1" '$1 == label { sub("/$", "", $2); print $2; exit }'
}

# Lines for a sources.list; nothing when this machine's apt knows no archive of Debian.
debian_sources() { # CODENAME COMPONENTS
  local mirror security
  mirror=$(archive Debian)
  security=$(archive Debian-Security)
  [ -n "$mirror" ] || return 0
  printf 'deb %s %s %s\n' "$mirror" "$1" "$2" "$mirror" "$1-updates" "$2"
  [ -z "$security" ] || printf 'deb %s %s-security %s\n' "$security" "$1" "$2"
}

# How this machine's apt reaches an archive.
apt_ways() {
  apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-|Retries)' || true
}
