#!/bin/sh
# Usage: settings-manual.sh BIN-FOLDER > docs/settings.md
# The manual of all settings, from the tables that the programs read.
set -eu
bin=$1
cat << 'END'
# Settings

Made by `cmake/settings-manual.sh build/bin > docs/settings.md` from the programs' own tables; a test compares.

A setting is a flag, `--redis-address X` or `--redis-address=X`, or the environment variable beside it; the flag wins.
`entente-SERVICE --help` prints the same with the ports of that service. A value that is missing or does not fit ends the
start with exit status 2 and a line for each that says what to give.

## Every service

The defaults of the ports are those of `onboard`; `enable`, `market`, `sell` and `incentivize` follow, `gateway` has 7700
and 9700. The gateway has no store, so it has no setting of Redis.

END
"$bin/entente-onboard" --settings-markdown
for service in onboard enable market sell incentivize gateway; do
  "$bin/entente-$service" --settings-markdown-own
done
