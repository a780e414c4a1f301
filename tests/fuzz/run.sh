#!/bin/bash
# Usage: run.sh BUILD-FOLDER SECONDS
# Builds the fuzz targets with clang and runs each for SECONDS on its seeds. Ends in one line.
set -u
build=$1 seconds=$2
cmake -G Ninja -S . -B "$build" -DCMAKE_C_COMPILER=clang -DENTENTE_FUZZ=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo > /dev/null || exit 1
targets=()
for source in tests/*/fuzz_*.c; do
  name=$(basename "$source" .c)
  [ "$name" = fuzz_main ] || targets+=("$name")
done
ninja -C "$build" "${targets[@]}" || exit 1
passed=0 failed=0
for target in "${targets[@]}"; do
  corpus=$build/corpus/${target#fuzz_}
  mkdir -p "$corpus"
  program=$(find "$build" -type f -name "$target" -perm -u+x | head -n 1)
  if output=$("$program" -max_total_time="$seconds" -artifact_prefix="$corpus/" "$corpus" \
    "tests/fuzz/seeds/${target#fuzz_}" 2>&1); then
    passed=$((passed + 1))
    echo "$target: $(echo "$output" | sed -n 's/^Done \(.*\)$/\1/p')"
  else
    failed=$((failed + 1))
    echo "$output" | tail -n 30 >&2
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
