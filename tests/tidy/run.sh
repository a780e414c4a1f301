#!/bin/bash
# The house rules that a program can check (CONTRIBUTING.md says why each). Quiet when green, else a line for each
# offence: file:line: rule.
set -u
cd "$(dirname "$0")/../.." || exit 1
parts=(runtime onboard enable market sell incentivize gateway)
offences=$(mktemp)
trap 'rm -f "$offences"' EXIT

sources() { find "${parts[@]}" proto tests -name node_modules -prune -o -name '*.[ch]' -print 2> /dev/null | sort; }
all_files() {
  find . -path ./.git -prune -o -name node_modules -prune -o -path './build*' -prune -o -path './var*' -prune -o \
    -type f -print | sed 's|^\./||' | sort
}

# Who may include whom: the first pattern that fits a file decides; then the folders that it may include.
# LOG is the log alone, of runtime/observe: for what works on its own, with no caller to tell.
# `rules` stands for NOUN.[ch] of a pillar where NOUN_rpc.c has its handlers: rules are pure.
law() {
  cat << 'END'
runtime/base/*              runtime/base
runtime/observe/*           runtime/base runtime/observe
runtime/message/*           runtime/base runtime/message
runtime/loop/*              runtime/base runtime/loop
runtime/store/*             runtime/base runtime/message runtime/loop runtime/store
runtime/rpc/*               runtime/base runtime/message runtime/loop runtime/store runtime/rpc
runtime/feed/*              runtime/base runtime/message runtime/loop runtime/store runtime/rpc runtime/feed runtime/observe
runtime/process/*           runtime
gateway/compose/*           runtime/base runtime/message runtime/loop runtime/rpc runtime/feed gateway/compose
gateway/edge/*              runtime/base runtime/message runtime/loop runtime/rpc runtime/observe runtime/process gateway/compose gateway/edge
gateway/*                   runtime gateway
PILLAR/main.c               runtime PILLAR
PILLAR/rules                runtime/base PILLAR
PILLAR/*                    runtime/base runtime/message runtime/store runtime/rpc runtime/feed LOG PILLAR
END
}

# Libraries that one folder alone may include.
owners() {
  cat << 'END'
grpc/        runtime/rpc/ tests/
hiredis/     runtime/store/ tests/
microhttpd   runtime/process/ gateway/edge/ tests/
END
}

check_includes() {
  for pillar in onboard enable market sell incentivize; do
    law | grep '^PILLAR' | sed "s/PILLAR/$pillar/g"
  done > "$offences.law"
  law | grep -v '^PILLAR' >> "$offences.law"
  find "${parts[@]}" -name '*.[ch]' -exec grep -Hn '^#include "' {} + |
    sed 's/^\([^:]*\):\([0-9]*\):#include "\([^"]*\)".*/\1 \2 \3/' |
    while read -r file line include; do
      case $include in entente/* | google/* | grpc/*) continue ;; esac # contracts
      allowed=
      as=$file
      if [ -e "${file%.[ch]}_rpc.c" ] && [ "${file%%/*}" != gateway ]; then as=${file%/*}/rules; fi
      while read -r pattern folders; do
        # shellcheck disable=SC2254 # a pattern
        case $as in $pattern) allowed=$folders && break ;; esac
      done < "$offences.law"
      good=
      for folder in $allowed; do
        case $include in "${folder/LOG/runtime/observe/log.h}" | "$folder"/*) good=yes ;; esac
      done
      [ -n "$good" ] || echo "$file:$line: may not include $include (ARCHITECTURE.md, the dependency law)"
    done
  rm -f "$offences.law"
}

# A library of runtime/ links only what its folder may include, so that no two need each other.
check_links() {
  grep -n '^entente_runtime(\|^                *entente_\|^                *PkgConfig' runtime/CMakeLists.txt |
    sed 's/^\([0-9]*\):entente_runtime(/\1 /; s/^\([0-9]*\): */\1 - /; s/)//' |
    while read -r line part links; do
      if [ "$part" = - ]; then part=$last; fi
      last=$part
      allowed=$(law | sed -n "s|^runtime/$part/\* *||p")
      if [ "$part" = process ]; then allowed="$(law | sed -n 's|^\(runtime/[a-z]*\)/.*|\1|p')"; fi
      for link in $links; do
        case $link in entente_contract | PkgConfig::* | Threads::*) continue ;; esac
        folder=runtime/${link#entente_}
        case " ${allowed//LOG/runtime/observe} " in
          *[[:space:]]"$folder"[[:space:]]*) [ "$part" != "${link#entente_}" ] && continue ;;
        esac
        echo "runtime/CMakeLists.txt:$line: $part may not link $link (ARCHITECTURE.md, the dependency law)"
      done
    done
}

check_owners() {
  owners | while read -r library folders; do
    pattern=$(echo "$folders" | sed 's/^/^/; s/ /|^/g')
    grep -En "^#include <$library" -r "${parts[@]}" tests --include='*.[ch]' | grep -Ev "$pattern" |
      sed "s|:#include.*|: <$library...> belongs to $folders|"
  done
}

# A function begins at a line in column 0 and ends at a `}` alone in column 0, as clang-format writes it.
check_lengths() {
  sources | xargs awk '
    FNR == 1 { start = 0 }
    /^[A-Za-z_].*[^;:]$/ && !start { start = FNR }
    /^[A-Za-z_].*;$/ || /^$/ && !body { if (!body) start = 0 }
    /\{$/ && start && !/^ / { body = 1 }
    /^    *.*\{$/ && start { body = 1 }
    /^}$/ { if (start && FNR - start + 1 > 70)
              printf "%s:%d: a function of %d lines; 70 at most\n", FILENAME, start, FNR - start + 1
            start = 0; body = 0 }
    /^}.+/ { start = 0; body = 0 }'
}

check_words() {
  local banned='\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|atoi|atol|tmpnam|rand|system)[[:space:]]*\('
  grep -EnH "$banned" -r "${parts[@]}" --include='*.[ch]' | sed -E 's/^([^:]*:[0-9]*):.*\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|atoi|atol|tmpnam|rand|system) *\(.*/\1: \2() is banned/'
  # Left-over marks are found wherever text is ours; the pattern is split so as not to find itself.
  all_files | grep -E '\.(c|h|sh|proto|md|cmake|txt|yaml|lua)$' | xargs grep -EnH '\b(TO''DO|FIX''ME|HA''CK)\b' |
    sed 's/^\([^:]*:[0-9]*\):.*/\1: a left-over mark/'
}

check_lines() {
  sources | xargs awk 'length($0) > 120 { printf "%s:%d: a line of %d columns; 120 at most\n",
                                                  FILENAME, FNR, length($0) }
                       /[ \t]$/ { printf "%s:%d: blanks at the end of the line\n", FILENAME, FNR }'
}

check_names() {
  all_files | grep -E '(^|/)[^/]*(util|common|helper|manager|misc)[^/]*(/|$)' | sed 's/$/: a name that refuses nothing/'
  sources | grep -E '[A-Z-]' | sed 's/$/: file names are lower-case words joined by _/'
}

check_guards() {
  find "${parts[@]}" -name '*.h' | while read -r header; do
    guard=$(sed -n 's/^#ifndef \(ENTENTE_[A-Z0-9_]*_H\)$/\1/p' "$header" | head -n 1)
    wanted=ENTENTE_$(echo "$header" | sed 's|^runtime/||; s|^gateway/\(.*/\)|\1|' | tr 'a-z/.' 'A-Z__')
    [ "$guard" = "$wanted" ] || echo "$header:1: the guard is ${guard:-missing}, not $wanted"
    [ "$(head -c 2 "$header")" = '/*' ] || echo "$header:1: a header begins by saying what it is for"
  done
}

check_version() {
  local built told
  built=$(sed -n 's/^project(entente VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  told=$(sed -n 's/.*ENTENTE_VERSION "\(.*\)"/\1/p' runtime/process/version.h)
  [ "$built" = "$told" ] || echo "runtime/process/version.h:1: says $told, CMakeLists.txt says $built"
}

for check in includes links owners lengths words lines names guards version; do
  "check_$check" >> "$offences"
done
if [ -s "$offences" ]; then
  cat "$offences"
  echo "$(wc -l < "$offences") offences against the house rules"
  exit 1
fi
