"""`python -m deploy.views …` is `python -m projections …`, on the running demo where no database is named."""

import os
import sys

from kit.postgres.embedded import url_of_running
from kit.settings import Settings
from projections.__main__ import app


def main() -> int:
    if not os.environ.get("IPP_DATABASE_URL"):
        folder = Settings.from_env(os.environ).data_dir
        database, vault = (url_of_running(folder / "postgres", name) for name in ("ipp", "vault"))
        if database is None or vault is None:
            sys.stderr.write("Which database? Set IPP_DATABASE_URL, or start the demo: `make demo`.\n")
            return 1
        key = folder / "master.key"
        os.environ |= {"IPP_DATABASE_URL": database, "IPP_VAULT_URL": vault, "IPP_MASTER_KEY_FILE": str(key)}
    app()
    return 0


if __name__ == "__main__":
    sys.exit(main())
