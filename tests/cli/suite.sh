#!/bin/bash
# A whole suite on ports of its own: up, up again, a part killed, what is in the way, down. Usage: suite.sh CASE.
set -u
case=$1
entente=$ENTENTE_BUILD/bin/entente
folder=$(mktemp -d /tmp/entente-cli-XXXXXX)
var=$folder/var

taken() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
# Below the kernel's own range of ports; asked anew while another test sits there.
choose_ports() {
  base=$((10000 + RANDOM % 1800 * 10))
  for port in "$base" $((base + 1)) $((base + 5)) $((base + 80)) $((base + 2000)) $((base + 2005)); do
    if taken "$port"; then choose_ports; fi
  done
}
choose_ports
trap '"$entente" down --var "$var" > /dev/null 2>&1; rm -rf "$folder"' EXIT

fail() {
  echo "$case: $*" >&2
  tail -n 3 "$var"/log/*.log >&2 2> /dev/null
  exit 1
}
run() { out=$("$entente" "$@" --var "$var" 2>&1); }
up() { run up --no-demo --port-base "$base"; }
pid_of() { cut -d' ' -f1 "$var/run/$1.pid"; }
alive() { kill -0 "$1" 2> /dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2> /dev/null; }
one_line() { [ "$(echo "$out" | wc -l)" = 1 ] || fail "more than one line: $out"; }
has() { case $out in *"$1"*) ;; *) fail "'$1' is not in: $out" ;; esac; }

up_down() {
  up || fail "up: $out"
  has "7 of 7 processes started"
  run status || fail "status: $out"
  run status --json || fail "status --json: $out"
  has '"ready": true'
  [ "$(stat -c %a "$var/tls/ca.key")" = 400 ] || fail "the authority's key can be read by others"
  # shellcheck disable=SC1091
  (. "$var/local.env" && [ "$ENTENTE_ONBOARD" = "127.0.0.1:$((base + 1))" ] && [ -n "$ENTENTE_TOKEN_VENDOR" ] &&
    [ -r "$ENTENTE_KEY" ]) || fail "local.env lacks something"
  pids=$(for name in redis onboard gateway; do pid_of $name; done)
  up || fail "up again: $out"
  has "running already"
  [ "$pids" = "$(for name in redis onboard gateway; do pid_of $name; done)" ] || fail "up again restarted something"
  run down || fail "down: $out"
  for pid in $pids; do alive "$pid" && fail "process $pid is left"; done
  [ ! -e "$var" ] || fail "left: $(ls -A "$var")"
  run down || fail "down of nothing: $out"
}

dead_part() {
  up || fail "up: $out"
  kill -9 "$(pid_of sell)"
  while alive "$(pid_of sell)"; do :; done
  run status && fail "status says all is ready: $out"
  has "not running"
  kept=$(pid_of market)
  up || fail "up: $out"
  has "1 of 7 processes started"
  [ "$kept" = "$(pid_of market)" ] || fail "a living part was restarted"
  kill -9 "$(pid_of redis)"
  while alive "$(pid_of redis)"; do :; done
  up || fail "up after redis died: $out"
  run status || fail "status: $out"
}

kept_data() {
  up || fail "up: $out"
  digest=$(sha256sum "$var/tls/ca.pem")
  run down --keep-data || fail "down: $out"
  if [ ! -e "$var/redis/appendonlydir" ] || [ -e "$var/run" ]; then fail "kept: $(ls -A "$var")"; fi
  up || fail "up: $out"
  [ "$digest" = "$(sha256sum "$var/tls/ca.pem")" ] || fail "a new authority"
}

in_the_way() {
  mkdir "$var" && touch "$var/mine"
  up && fail "took a folder of somebody else"
  one_line && has "choose another folder with --var"
  rm -r "$var"
  PATH=/nonexistent up && fail "started without redis-server"
  one_line && has "apt-get install redis-server"
  ENTENTE_IN_FLIGHT_MAX=none up && fail "started with a broken setting"
  one_line && has "--in-flight-max is 'none'"
  run status
  has "not running"
  up || fail "up: $out"
  other=$var-2
  out=$("$entente" up --no-demo --var "$other" --port-base "$base" 2>&1) && fail "two suites on the same ports"
  one_line && has "is used by another program" && has "PORT_BASE=8700"
  "$entente" down --var "$other" > /dev/null
  run up --no-demo --port-base 99 && fail "took port base 99"
  one_line
}

# What a shell took from a suite's local.env reaches the programs that it starts, and goes behind --var.
exported() {
  local ask=(OrganizationService/ListOrganizations '{"parent": "vendors/halden"}')
  up || fail "up: $out"
  # shellcheck disable=SC1091
  out=$(cd / && . "$var/local.env" && "$entente" call "${ask[@]}" 2>&1) || fail "without --var: $out"
  out=$(ENTENTE_ONBOARD=127.0.0.1:1 ENTENTE_GRPC=127.0.0.1:1 ENTENTE_CA=/nonexistent \
    "$entente" call "${ask[@]}" --var "$var" 2>&1) || fail "another suite's values went before --var: $out"
  ENTENTE_VAR=$var "$entente" status > /dev/null || fail "ENTENTE_VAR is not used"
}

"$case"
