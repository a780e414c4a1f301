#!/bin/sh
# Usage: build.sh FOLDER [programs | TARGET] [CMAKE OPTION]...
# Configures and builds, quietly unless something goes wrong. `programs` leaves the tests out; a target is built alone.
set -eu
folder=$1
shift
targets=all
case ${1:-} in
  programs)
    targets="entente entente-onboard entente-enable entente-market entente-sell entente-incentivize entente-gateway"
    shift
    ;;
  -* | "") ;;
  *)
    targets=$1
    shift
    ;;
esac
log=$(mktemp)
trap 'rm -f "$log"' EXIT
launcher=
if command -v ccache > /dev/null; then
  launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
fi
if ! cmake -G Ninja -S . -B "$folder" $launcher "$@" > "$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# shellcheck disable=SC2086 # a list of words
if [ -t 1 ]; then
  exec ninja -C "$folder" $targets
fi
# shellcheck disable=SC2086
if ! ninja -C "$folder" $targets > "$log" 2>&1; then
  grep -v '^\[' "$log" >&2 || cat "$log" >&2
  exit 1
fi
