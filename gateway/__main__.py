"""`python -m gateway`: serve GraphQL until stopped."""

import os
import sys
from functools import partial

from gateway.serving import serve_gateway, work
from kit.http.server import PortTakenError
from kit.http.workers import WorkerFailedError, run_workers
from kit.lifecycle import Stop
from kit.secrets import SecretError, read_key
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging


def main() -> int:
    """Serve until stopped; exit with status 2 and one line when a setting or the key file is wrong."""
    try:
        settings = Settings.from_env(os.environ)
        settings.need("services_url", "database_url", "vault_url", "oidc_issuer", "oidc_jwks_url")
        position_key = read_key(settings.position_key_file)
    except (SettingsError, SecretError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logging(as_json=settings.log_format == "json", process="gateway")
    try:
        with Stop().on_signals() as stop:
            if settings.workers == 1:
                serve_gateway(settings, position_key, stop)
            else:
                each = partial(work, settings, position_key)
                run_workers(each, count=settings.workers, host=settings.host, port=settings.port, stop=stop)
    except PortTakenError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except WorkerFailedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
