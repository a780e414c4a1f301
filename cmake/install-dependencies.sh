#!/bin/sh
# Usage: install-dependencies.sh LIST...
# Installs the Debian packages of the lists that are missing, and does nothing when none is. Never removes a
# package. Not root: by `sudo -n`, else says what to install. `PACKAGE:PROGRAM` in a list is a package that is
# not missed where the program is there already, whoever installed it.
set -eu

missing=
for entry in $(sed 's/#.*//' "$@" | awk 'NF { print $1 }'); do
  package=${entry%%:*}
  program=${entry#"$package"}
  if [ -n "$program" ] && command -v "${program#:}" > /dev/null; then
    continue
  fi
  state=$(dpkg-query -W -f='${Status}' "$package" 2> /dev/null || true)
  case $state in
    *" ok installed") ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get > /dev/null; then
  echo "This is no Debian: install what these of its packages bring, then run this again:$missing" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
    exec sudo -n "$0" "$@"
  fi
  echo "These packages are missing; install them as root, then run this again:" >&2
  echo "  apt-get install --no-remove --no-install-recommends$missing" >&2
  exit 1
fi

log=$(mktemp)
guard=/usr/sbin/policy-rc.d
guarded=
finish() {
  [ -z "$guarded" ] || rm -f "$guard"
  rm -f "$log" "$log.failed"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Debian starts a redis-server for the whole system on port 6379 when the package is installed; the suite runs
# its own, so for the length of this installation no service may be started.
case "$missing" in
  *redis-server*)
    if [ ! -e "$guard" ]; then
      printf '#!/bin/sh\nexit 101\n' > "$guard"
      chmod 755 "$guard"
      guarded=yes
    fi
    ;;
esac

# What apt says of its progress, as one line that is rewritten; nothing where nobody looks.
show_progress() {
  while IFS=: read -r kind _ percent doing; do
    case $kind in
      dlstatus) doing="loading: $doing" ;;
      pmstatus) ;;
      *) continue ;;
    esac
    [ ! -t 2 ] || printf '\r\033[K%3.0f %%  %.60s' "$percent" "$doing" >&2
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

run() {
  { "$@" -o APT::Status-Fd=3 3>&1 > "$log" 2>&1 || echo failed > "$log.failed"; } | show_progress
  [ -e "$log.failed" ] || return 0
  echo "failed: $*" >&2
  tail -n 20 "$log" >&2
  exit 1
}

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
echo "installing $(echo "$missing" | wc -w) packages:$missing"
run apt-get -q update -o DPkg::Lock::Timeout=600
# shellcheck disable=SC2086 # a list of words
run apt-get -q -y install -o DPkg::Lock::Timeout=600 --no-remove --no-install-recommends $missing
if [ -n "$guarded" ] && [ -d /run/systemd/system ]; then
  systemctl disable redis-server > /dev/null 2>&1 || true
  echo "installed; the system's own redis-server is neither started nor enabled: the suite runs a private one"
else
  echo "installed"
fi
