#!/bin/bash
# Run once by the postgres image on an empty data folder: databases and roles, passwords from the environment.
set -euo pipefail
here=/ipp/postgres
form="TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
for database in ipp vault; do
  psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres -c "CREATE DATABASE $database $form" >/dev/null
done
psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d ipp -f "$here/roles.sql" >/dev/null
psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d vault -f "$here/vault.sql" >/dev/null
