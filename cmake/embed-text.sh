#!/bin/sh
# Usage: embed-text.sh FILE NAME OUT.c
# Writes a C file with the bytes of FILE as `const char NAME[]` (ending in NUL) and `NAME_size`.
set -eu
{
  echo "#include <stddef.h>"
  echo "extern const char $2[];"
  echo "extern const size_t $2_size;"
  echo "const char $2[] = {"
  od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/(char)0x\1,/g'
  echo "0};"
  echo "const size_t $2_size = sizeof $2 - 1;"
} > "$3"
