#!/usr/bin/env bash
# Installs what the tests' real Kafka needs where neither an address, Docker nor Java and Maven is at hand.
set -euo pipefail
[[ -n ${IPP_TEST_KAFKA:-} ]] && exit 0
command -v java >/dev/null && command -v mvn >/dev/null && exit 0
command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1 && exit 0
if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends default-jre-headless maven >/dev/null
else
  echo "Kafka's tests need Docker, or java and mvn, or IPP_TEST_KAFKA=host:port; without them they are skipped." >&2
fi
