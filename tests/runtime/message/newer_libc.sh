#!/bin/sh
# Usage: newer-libc.sh FOLDER: prints the folder of the C and C++ libraries of Debian 13, loaded by apt and unpacked
# below FOLDER the first time. Nothing of the system is touched: lists, packages and settings of apt are FOLDER's own.
set -eu
folder=$1
libraries=$folder/usr/lib/x86_64-linux-gnu
mkdir -p "$folder"
exec 9> "$folder/.lock"
flock 9
if [ ! -e "$folder/.unpacked" ]; then
  apt=$folder/apt
  rm -rf "$apt"
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/parts"
  chmod -R a+rX "$folder"
  cat > "$apt/parts/trixie.sources" << 'END'
Types: deb
URIs: http://deb.debian.org/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  run_apt() {
    (cd "$apt/archives" && apt-get -q -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists" \
      -o Dir::State::status=/dev/null -o Dir::Cache="$apt" -o Dir::Etc::sourcelist=/dev/null \
      -o Dir::Etc::sourceparts="$apt/parts" -o Acquire::Languages=none -o APT::Sandbox::User= "$@") > "$folder/log" 2>&1 || {
      tail -n 5 "$folder/log" >&2
      echo "Debian 13's C library could not be loaded; can apt reach its mirror? ($folder/log)" >&2
      exit 1
    }
  }
  run_apt update
  run_apt download libc6 libstdc++6 libgcc-s1
  for package in "$apt/archives"/*.deb; do
    dpkg -x "$package" "$folder"
  done
  rm -rf "$apt"
  : > "$folder/.unpacked"
fi
echo "$libraries"
