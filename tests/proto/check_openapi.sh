#!/bin/sh
# The OpenAPI document is one, by a validator that we did not write, and says what the contracts say.
set -eu
"$ENTENTE_SOURCE/cmake/install-npm.sh" "$ENTENTE_SOURCE/tests/clients" "$ENTENTE_BUILD/npm"
cp "$ENTENTE_SOURCE/tests/proto/openapi.mjs" "$ENTENTE_BUILD/npm/openapi.mjs"
exec node "$ENTENTE_BUILD/npm/openapi.mjs" "$ENTENTE_BUILD/reference/openapi.json"
