#!/usr/bin/env bash
# The story of a token on real input: made, used, listed, narrowed, revoked; then the rate at which
# one thread verifies. usage: demo.sh BUILD_DIR
set -euo pipefail

(($# == 1)) || {
  printf 'usage: %s BUILD_DIR\n' "$0" >&2
  exit 2
}
tokenry=$1/bindings/cli/tokenry
rate=$1/bindings/cli/tokenry-demo-rate

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TOKENRY_STORE=$folder/store
unset XDG_DATA_HOME TOKENRY_TOKEN

fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# Shows a command as one would type it.
echo_command() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
[[ -t 1 && -z ${NO_COLOR-} ]] || echo_command() { printf '\n$ %s\n' "$*"; }

# step EXIT_CODE ARGUMENT...: shows and runs a tokenry command that must end with EXIT_CODE.
step() {
  local expected=$1 status=0
  shift
  echo_command tokenry "$@"
  "$tokenry" "$@" || status=$?
  ((status == expected)) || fail "tokenry $1 ended with $status, not $expected"
}

# verify EXIT_CODE HTTP_STATUS SCOPE: judges the literal header of WHM's API.
verify() {
  local expected=$1 http_status=$2 scope=$3 status=0 answer
  echo_command "echo 'Authorization: whm root:$masked' | tokenry verify --scope $scope"
  answer=$("$tokenry" verify --scope "$scope" <<<"Authorization: whm root:$token") || status=$?
  printf '%s\n' "$answer"
  ((status == expected)) || fail "verify ended with $status, not $expected"
  [[ $answer == *"(HTTP $http_status)"* ]] || fail "the answer is not HTTP $http_status"
}

[[ -x $tokenry && -x $rate ]] || fail "$1 holds no build of the command line; run ./dev build"

printf '# A store with the privileges of WHM as scopes\n'
step 0 init --catalog whm

printf '\n# A token that may do two things, for 90 days; its text is shown once\n'
echo_command "token=\$(tokenry create root deploy-bot --scope create-dns,edit-dns --expires 90d)"
token=$("$tokenry" create root deploy-bot --scope create-dns,edit-dns --expires 90d) ||
  fail "create failed"
# What is echoed below shows no more of the token than its first and last characters.
[[ $token =~ ^tkry_[0-9A-Za-z]{50}$ ]] || fail "create printed no token"
masked="${token:0:5}...${token: -4}"
printf '%s\n' "$masked"

printf '\n# The header as WHM takes it: once for what it may do, once for what it may not\n'
verify 0 200 edit-dns
verify 1 403 kill-dns

printf '\n# What there is\n'
step 0 list

printf '\n# Least privilege: editing is enough\n'
step 0 edit root/deploy-bot --remove-scope create-dns
verify 1 403 create-dns

printf '\n# No longer needed: revoked, and refused from the next request on\n'
step 0 revoke root/deploy-bot
verify 1 401 edit-dns

printf '\n# How fast: 100,000 tokens in random order, whole headers, one required scope\n'
"$rate" || fail "the measurement failed"
