#!/usr/bin/env bash
# Runs everything that `make test` promises; $1 is how many processes share the tests, the rest goes to pytest.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
workers=$1
shift
chosen=$*
NONE_CHOSEN=5 # pytest's status

# Three busy processes on few cores delay each other by seconds. What fails there and holds alone is a test that
# waits too short a time: it is named at the end, and mended. More failures than this are not that.
AGAIN_MAX=3
named=()

tests() { # name of the part, then pytest's arguments
  local part=$1 cache=.pytest_cache/$1 status
  shift
  "$bin/pytest" -o "cache_dir=$cache" --cache-clear "$@"
  status=$?
  ((status == NONE_CHOSEN)) && [[ -n $chosen ]] && return 0
  ((status == 1)) || return $status
  local failed="$cache/v/cache/lastfailed" count
  count=$("$bin/python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$failed" 2>/dev/null) || return $status
  ((count <= AGAIN_MAX)) || return $status
  echo "$count failed; once more, alone:"
  cp "$failed" "$cache/first"
  "$bin/pytest" -o "cache_dir=$cache" --last-failed --last-failed-no-failures none "$@" -n 0 || return $?
  named+=("$cache/first")
}

make --no-print-directory check > .check.log 2>&1 &
check=$!
tests first -n "$workers" -m "not compose and not faults" "$@"
first=$?
wait $check
checked=$?
cat .check.log
((first | checked)) && exit 1

echo "Faults, and beside them docker compose, whose words come at the end"
tests compose -m compose tests/compose > .compose.log 2>&1 &
compose=$!
"$bin/pytest" -m faults "$@" # not twice: what a fault breaks once, it breaks
faults=$?
((faults == NONE_CHOSEN)) && [[ -n $chosen ]] && faults=0
wait $compose
composed=$?
cat .compose.log
((faults | composed)) && exit 1

for each in "${named[@]}"; do
  echo "Failed among others and held alone; please mend:"
  cat "$each"
done
