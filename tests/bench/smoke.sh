#!/bin/sh
# Usage: smoke.sh ENTENTE-BENCH
# A quick run must succeed and write every row as JSON with its five values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" --help > "$folder/help"
"$1" --quick --port-base 9560 --out "$folder/results.json" > "$folder/out" 2>&1 || {
  cat "$folder/out" >&2
  exit 1
}
for row in echo_plain echo_tls read_plain read_tls commit_plain commit_tls commit_one_partnership_tls \
  redis_commit commit_tls_to_redis view_remembered_tls view_composed_plain view_composed_tls \
  view_entries_100 view_entries_1000_p50 view_remembered_tls_p99 read_suite_tls read_gateway_tls \
  read_edge_proto read_edge_json_p50 read_gateway_to_pillar read_edge_proto_to_pillar read_edge_json_to_pillar; do
  grep -Eq "\{\"name\": \"$row\", \"median\": [0-9.]+, \"min\": [0-9.]+, \"max\": [0-9.]+, \"unit\": \"[a-z/]+\", \"ratio_to_echo\": ([0-9.]+|null)\}" \
    "$folder/results.json" || {
    echo "row $row is missing or malformed in:" >&2
    cat "$folder/results.json" >&2
    exit 1
  }
done
