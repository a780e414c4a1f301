#!/bin/sh
# Usage: generate.sh typescript|python OUT VERSION
# Makes a client package of the contracts in OUT, which is replaced. TypeScript needs what package-lock.json here
# names, installed in OUT/../npm.
set -eu
language=$1 version=$3
mkdir -p "$(dirname "$2")"
parent=$(cd "$(dirname "$2")" && pwd)
out=$parent/$(basename "$2")
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
ours=$(find entente -name '*.proto' | LC_ALL=C sort)
details=$(find google -name '*.proto' | LC_ALL=C sort)
rm -rf "$out"
mkdir -p "$out"

typescript() {
  mkdir "$out/gen"
  # shellcheck disable=SC2086 # lists of names without blanks
  protoc -I . --plugin=protoc-gen-es="$parent/npm/node_modules/.bin/protoc-gen-es" --es_out="$out/gen" \
    --es_opt=target=js+dts,import_extension=js $ours $details
  cp "$here"/typescript/* "$out/"
  sed -i "s/\"version\": \"0.0.0\"/\"version\": \"$version\"/" "$out/package.json"
  for folder in entente/*/v1; do
    package=$(basename "$(dirname "$folder")")
    (cd "$out" && for file in gen/"$folder"/*_pb.js; do echo "export * from \"./$file\";"; done) > "$out/$package.js"
    cp "$out/$package.js" "$out/$package.d.ts"
  done
  ln -s ../npm/node_modules "$out/node_modules"
}

python() {
  # shellcheck disable=SC2086
  protoc -I . --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" \
    --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" $ours
  # Files without a service have nothing to call.
  grep -L 'class .*Stub' "$out"/entente/*/v1/*_pb2_grpc.py | xargs rm -f
  cp "$here/python/__init__.py" "$out/entente/"
  : > "$out/entente/py.typed"
  # shellcheck disable=SC2086
  protoc -I . --include_imports --descriptor_set_out="$out/entente/details.binpb" $details
  sed "s/version = \"0.0.0\"/version = \"$version\"/" "$here/python/pyproject.toml" > "$out/pyproject.toml"
  cp "$here/python/README.md" "$out/"
}

"$language"
