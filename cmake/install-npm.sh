#!/bin/sh
# Usage: install-npm.sh SOURCE FOLDER
# Installs what the package-lock.json of SOURCE says into FOLDER/node_modules, unless that is there already. Runs no
# script of a package. Says so and fails when the registry cannot be reached.
set -eu
source=$1 folder=$2
mkdir -p "$folder"
exec 9> "$folder/.lock"
flock 9
if cmp -s "$source/package-lock.json" "$folder/.installed"; then
  exit 0
fi
cp "$source/package.json" "$source/package-lock.json" "$folder/"
if ! (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts) > "$folder/npm.log" 2>&1; then
  tail -n 5 "$folder/npm.log" >&2
  echo "npm did not bring the packages of $source; can it reach its registry? ($folder/npm.log)" >&2
  exit 1
fi
cp "$source/package-lock.json" "$folder/.installed"
