#!/bin/bash
# Usage: run.sh BUILD-FOLDER [CHECK]...
# Checks that need no run: see `checks` below. Quiet when green; ends in one line, `N checks passed, N failed`.
# BUILD-FOLDER has compile_commands.json, and the sources generated from the contracts.
set -u
build=$1
shift
cd "$(dirname "$0")/../.." || exit 1
checks=("$@")
[ ${#checks[@]} -gt 0 ] || checks=(format tidy proto-lint proto-format proto-breaking scripts)
machine=$(uname -m)
buf=tests/lint/node_modules/@bufbuild/buf-linux-${machine/x86_64/x64}/bin/buf

c_files() {
  find runtime onboard enable market sell incentivize gateway proto tests \
    -name node_modules -prune -o -name '*.[ch]' -print 2> /dev/null | sort
}

need_buf() {
  [ -x "$buf" ] && return
  (cd tests/lint && npm ci --no-audit --no-fund --ignore-scripts) > "$build/npm.log" 2>&1 || {
    tail -n 5 "$build/npm.log"
    return 1
  }
  chmod +x "$buf" 2> /dev/null || {
    echo "npm brought no buf: can it reach its registry? ($build/npm.log)"
    return 1
  }
}

check_format() { c_files | xargs clang-format --dry-run -Werror; }

# Only what the build compiles, so that a file has its flags. The analyzer is not asked about tests: cmocka's
# assertions end a test by a jump that it does not see, so it goes on past them.
tidy_files() {
  sed -n 's|^ *"file": "\(.*\)".*|\1|p' "$build/compile_commands.json" | grep -v -e proto-gen -e "^$PWD/build" | sort -u
}
tidy() { xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" "$@" 2> /dev/null; }
check_tidy() {
  tidy_files | grep -v "^$PWD/tests/" | tidy &&
    tidy_files | grep "^$PWD/tests/" | tidy --checks=-clang-analyzer-*
}

check_proto-lint() { need_buf && (cd proto && "../$buf" lint); }
check_proto-format() { need_buf && (cd proto && "../$buf" format --diff --exit-code); }
# Against the contracts as last released; docs/releasing.md says when that file changes.
check_proto-breaking() { need_buf && (cd proto && "../$buf" breaking --against released.binpb); }
check_scripts() {
  find cmake gateway proto tests helm .ci -name node_modules -prune -o \( -name '*.sh' -o -path .ci/run \) -print0 |
    xargs -0 shellcheck --severity=warning
}

passed=0 failed=0
for check in "${checks[@]}"; do
  if output=$("check_$check" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%s:\n%s\n' "$check" "$output" >&2
  fi
done
echo "$passed checks passed, $failed failed"
[ "$failed" = 0 ]
