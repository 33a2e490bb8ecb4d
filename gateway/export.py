"""`python -m gateway.export`: writes gateway/schema.graphql, the schema that clients and reviewers read."""

import sys
from pathlib import Path

from gateway.schema import schema_text

COMMITTED = Path(__file__).parent / "schema.graphql"


def main() -> int:
    COMMITTED.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"Written: {COMMITTED.name}, {len(schema_text().splitlines())} lines.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
