#!/usr/bin/env bash
# Installs what the tests need in addition to Python: a real Kafka where neither an address, Docker nor Java and Maven is
# at hand, Node.js with npm for the client in TypeScript, and Chromium for the pages. What it can't install,
# tests.prerequisites names.
set -euo pipefail

kafka() {
  [[ -n ${IPP_TEST_KAFKA:-} ]] && return
  command -v java >/dev/null && command -v mvn >/dev/null && return
  command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1
}
node_and_npm() { command -v node >/dev/null && command -v npm >/dev/null; }

browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

missing=()
kafka || missing+=(default-jre-headless maven)
node_and_npm || missing+=(nodejs npm)
browser || missing+=(chromium)
[[ ${#missing[@]} == 0 ]] && exit 0
if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  { apt-get update -q &&
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } >/dev/null ||
    echo "apt-get could not install ${missing[*]}." >&2
fi
