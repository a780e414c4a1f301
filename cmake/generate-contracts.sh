#!/bin/sh
# Usage: generate-contracts.sh PROTO_ROOT OUT PROTOC PROTOC_GEN_C
# Writes *.pb-c.[ch] for our contracts and the standard ones, contract.binpb (a FileDescriptorSet with
# comments stripped and imports included) and contract_table.c (every message descriptor, and the set
# as bytes).
set -eu
root=$1 protoc=$3 gen_c=$4
final=$2 out=$2.new
rm -rf "$out" && mkdir -p "$out/staged" "$final"
cd "$root"
files=$(find . -name '*.proto' | sed 's|^\./||' | LC_ALL=C sort)
standard="grpc/health/v1/health.proto grpc/reflection/v1/reflection.proto grpc/reflection/v1alpha/reflection.proto"
known="google/protobuf/any.proto google/protobuf/descriptor.proto google/protobuf/duration.proto
google/protobuf/empty.proto google/protobuf/field_mask.proto google/protobuf/struct.proto
google/protobuf/timestamp.proto google/protobuf/wrappers.proto"

$protoc -I "$root" -I /usr/share/grpc-proto --include_imports --descriptor_set_out="$out/contract.binpb" $files $standard

# C package: the pillar's name alone. protoc-gen-c takes it from a file option.
for file in $files; do
  mkdir -p "$out/staged/$(dirname "$file")"
  short=$(sed -n 's/^package entente\.\([a-z]*\)\.v1;.*/\1/p' "$file")
  if [ -n "$short" ]; then
    sed "s|^package .*|&\nimport \"protobuf-c/protobuf-c.proto\";\noption (pb_c_file).c_package = \"$short\";|" "$file"
  else
    cat "$file"
  fi > "$out/staged/$file"
done
# proto3 `optional` is refused unless the plugin says that it knows it (appended feature bits).
printf '#!/bin/sh\n"%s" && printf "\\020\\001"\n' "$gen_c" > "$out/protoc-gen-c3"
chmod +x "$out/protoc-gen-c3"
$protoc -I "$out/staged" -I /usr/share/grpc-proto -I /usr/include \
  --plugin=protoc-gen-c3="$out/protoc-gen-c3" --c3_out="$out" $files $standard $known

headers=$(cd "$out" && find . -name '*.pb-c.h' | sed 's|^\./||' | LC_ALL=C sort)
table=$out/contract_table.c
{
  echo '/* Generated: every message of the contracts, and the FileDescriptorSet. */'
  for h in $headers; do echo "#include \"$h\""; done
  echo '#include <stddef.h>'
  echo 'extern const ProtobufCMessageDescriptor *const contract_messages[];'
  echo 'extern const unsigned char contract_set[]; extern const size_t contract_set_size;'
  echo 'const ProtobufCMessageDescriptor *const contract_messages[] = {'
  for h in $headers; do
    sed -n 's/^extern const ProtobufCMessageDescriptor \(.*\);/  \&\1,/p' "$out/$h"
  done | LC_ALL=C sort -u
  echo '  NULL};'
  echo 'const unsigned char contract_set[] = {'
  od -An -v -tx1 "$out/contract.binpb" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '};'
  echo 'const size_t contract_set_size = sizeof contract_set;'
} > "$table"

# Only what changed is replaced, so that a change to one contract does not rebuild all.
cd "$out"
find . -type f \( -name '*.pb-c.[ch]' -o -name 'contract*' \) | while read -r file; do
  cmp -s "$file" "$final/$file" || { mkdir -p "$final/$(dirname "$file")"; mv "$file" "$final/$file"; }
done
rm -rf "$out"
