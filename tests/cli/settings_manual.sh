#!/bin/sh
# docs/settings.md is what the programs say.
set -eu
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$ENTENTE_SOURCE/cmake/settings-manual.sh" "$ENTENTE_BUILD/bin" > "$made"
if ! diff -u "$ENTENTE_SOURCE/docs/settings.md" "$made"; then
  echo "docs/settings.md is not current: cmake/settings-manual.sh build/bin > docs/settings.md"
  exit 1
fi
