#!/bin/sh
# Usage: install-dependencies.sh LIST...
# Installs the Debian packages of the lists that are missing, and does nothing when none is. Never removes a
# package. Not root: by `sudo -n`, else says what to install.
set -eu

wanted=$(sed 's/#.*//' "$@" | awk 'NF { print $1 }')
missing=
for package in $wanted; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  case $state in
    *" ok installed") ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
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
  rm -f "$log"
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

run() {
  "$@" > "$log" 2>&1 && return 0
  echo "failed: $*" >&2
  tail -n 20 "$log" >&2
  exit 1
}

export DEBIAN_FRONTEND=noninteractive
count=$(echo "$missing" | wc -w)
echo "installing $count packages:$missing"
run apt-get -q update
# shellcheck disable=SC2086 # a list of words
run apt-get -q -y install --no-remove --no-install-recommends $missing
if [ -n "$guarded" ] && [ -d /run/systemd/system ]; then
  systemctl disable redis-server > /dev/null 2>&1 || true
  echo "installed; the system's own redis-server is neither started nor enabled: the suite runs a private one"
else
  echo "installed"
fi
