#!/usr/bin/env bash
# The story of a token on real input: made, used, listed, narrowed, given a new secret, limited,
# revoked; then the rate at which one thread verifies. usage: demo.sh BUILD_DIR
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
# Uses are counted in shared memory, in a file that would outlive the store elsewhere.
export TOKENRY_CELLS_DIR=$folder
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

# only PATTERN ARGUMENT...: shows the lines with PATTERN of what a tokenry command prints.
only() {
  local pattern=$1 answer
  shift
  echo_command "tokenry $* | grep -E '$pattern'"
  answer=$("$tokenry" "$@") || fail "tokenry $1 failed"
  grep -E "$pattern" <<<"$answer" || fail "tokenry $1 says nothing of $pattern"
}

# judge EXIT_CODE ANSWER NAME OPTION...: judges the literal header of WHM's API with the token in the
# variable NAME; the answer must begin with ANSWER.
judge() {
  local expected=$1 words=$2 name=$3 status=0 answer
  shift 3
  echo_command "echo \"Authorization: whm root:\$$name\" | tokenry verify $*"
  answer=$("$tokenry" verify "$@" <<<"Authorization: whm root:${!name}") || status=$?
  printf '%s\n' "$answer"
  ((status == expected)) || fail "verify ended with $status, not $expected"
  [[ $answer == "$words"* ]] || fail "the answer is not $words"
}

# make NAME COMMAND ARGUMENT...: puts the token that a command prints into the variable NAME, and
# shows no more of it than its first and last characters.
make() {
  local -n made=$1
  echo_command "$1=\$(tokenry ${*:2})"
  made=$("$tokenry" "${@:2}") || fail "$2 failed"
  [[ $made =~ ^tkry_[0-9A-Za-z]{50}$ ]] || fail "$2 printed no token"
  printf '%s...%s\n' "${made:0:5}" "${made: -4}"
}

[[ -x $tokenry && -x $rate ]] || fail "$1 holds no build of the command line; run ./dev build"

printf '# A store with the privileges of WHM as scopes\n'
step 0 init --catalog whm

printf '\n# A token that may do two things, for 90 days; its text is shown once\n'
make token create root deploy-bot --scope create-dns,edit-dns --expires 90d

printf '\n# The header as WHM takes it: once for what it may do, once for what it may not\n'
judge 0 'allowed (HTTP 200)' token --scope edit-dns --ip 192.0.2.7
judge 1 'denied: scope_denied (HTTP 403)' token --scope kill-dns

printf '\n# What there is, and when it was last used\n'
step 0 list

printf '\n# Least privilege: editing is enough\n'
step 0 edit root/deploy-bot --remove-scope create-dns
judge 1 'denied: scope_denied (HTTP 403)' token --scope create-dns

printf '\n# Time for a new secret: for a day both work, so that nothing stops while scripts change over\n'
make new rotate root/deploy-bot --overlap 24h
judge 0 'allowed (HTTP 200)' token --scope edit-dns
judge 0 'allowed (HTTP 200)' new --scope edit-dns

printf '\n# All have changed over: the old secret ends, and whoever still presents it is seen\n'
only 'secret:|Rotation:' rotate --finish root/deploy-bot
sleep 1.1
judge 1 'denied: retired_secret (HTTP 401)' token --scope edit-dns
only 'secret:|denied' show root/deploy-bot

printf '\n# From one network alone, and three times an hour\n'
only 'Allowed|Rate' edit root/deploy-bot --allow-ip 192.0.2.0/24 --rate 3/h
judge 1 'denied: address_denied (HTTP 403)' new --ip 198.51.100.1
for answer in 'allowed (HTTP 200)' 'allowed (HTTP 200)' 'allowed (HTTP 200)' \
  'denied: rate_limited (HTTP 429)'; do
  judge "$([[ $answer == allowed* ]] && echo 0 || echo 1)" "$answer" new --ip 192.0.2.7
done

printf '\n# No longer needed: revoked, and refused from the next request on\n'
step 0 revoke root/deploy-bot
judge 1 'denied: revoked (HTTP 401)' new --scope edit-dns

printf '\n# How fast: 100,000 tokens in random order, whole headers, one required scope\n'
"$rate" || fail "the measurement failed"
