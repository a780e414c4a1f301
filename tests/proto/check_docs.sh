#!/bin/sh
# docs/api is what the contracts say now, and its table of shared reasons is what the runtime has.
set -eu
cd "$ENTENTE_SOURCE"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
proto/reference/generate.sh set "$made/set.binpb"
proto/reference/generate.sh pages "$made/set.binpb" "$made/api"
if ! diff -r "$made/api" docs/api > "$made/difference"; then
  head -n 20 "$made/difference"
  echo "docs/api is not what proto/ says; run \`make docs\`"
  exit 1
fi
sed -n 's/^#define REASON_[A-Z_]* .*"\([A-Z_]*\)".*/\1/p; s/^ *"\([A-Z_]*\)" .*/\1/p' runtime/base/status.h runtime/base/party.h |
  LC_ALL=C sort > "$made/has"
sed -n 's/^    ("\([A-Z_]*\)", "[A-Z_]*", .*/\1/p' proto/reference/pages.py | LC_ALL=C sort > "$made/told"
diff "$made/has" "$made/told" || {
  echo "SHARED of proto/reference/pages.py is not what runtime/base/status.h defines"
  exit 1
}
