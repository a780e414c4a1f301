#!/bin/sh
# Usage: generate.sh set OUT.binpb | pages SET.binpb FOLDER | openapi SET.binpb VERSION OUT.json
# The contracts with their comments as one set; from it the reference (docs/api) and the OpenAPI document.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
what=$1
shift
case $what in
  set)
    out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    cd "$here/.."
    # shellcheck disable=SC2046 # a list of names without blanks
    exec protoc -I . --include_imports --include_source_info --descriptor_set_out="$out" \
      $(find entente google -name '*.proto' | LC_ALL=C sort)
    ;;
  pages | openapi)
    # Debian's, for which python3-protobuf is.
    PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/$what.py" "$@"
    ;;
  *)
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
