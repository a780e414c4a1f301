#!/bin/sh
# Usage: run.sh BUILD-FOLDER [CTEST OPTION]...
# Runs every test; quiet when green. Ends in one line, `N passed, N failed`; fails when one failed or none ran.
set -u
folder=$1
shift
log=$folder/test.log
ctest --test-dir "$folder" -j "$(nproc)" --output-on-failure "$@" > "$log" 2>&1
outcome=$?
failed=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of [0-9]*$/\1/p' "$log")
total=$(sed -n 's/^[0-9]*% tests passed, [0-9]* tests failed out of \([0-9]*\)$/\1/p' "$log")
if [ -z "$total" ] || [ "$total" = 0 ]; then
  tail -n 20 "$log" >&2
  echo "0 passed, 1 failed (no test could be run; see $log)"
  exit 1
fi
if [ "$outcome" != 0 ]; then
  sed '/^ *Start /d; /^ *[0-9]*\/[0-9]* Test .* Passed /d; /^Internal ctest\|^Test project\|^Errors while/d' "$log" >&2
fi
echo "$((total - failed)) passed, $failed failed"
exit "$outcome"
