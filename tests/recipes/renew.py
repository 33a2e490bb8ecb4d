"""`python -m tests.recipes.renew NAME`: mend the patch of a recipe in a copy; said again, it is written."""

import shutil
import sys
from contextlib import suppress

from tests.recipes.copying import PATCHES, ROOT, at, copied


def main(name: str) -> None:
    folder = ROOT / ".ipp" / "recipes" / name
    patch = PATCHES / f"{name}.patch"
    if folder.exists():
        patch.write_text(at(folder).difference(), encoding="utf-8")
        shutil.rmtree(folder)
        sys.stdout.write(f"Written: {patch.relative_to(ROOT)}. Mend its count in CONTRIBUTING.md.\n")
        return
    copy = copied(folder)
    with suppress(AssertionError):  # a recipe that is new, or hunks that do not fit
        copy.git("apply", "--reject", str(patch))
    sys.stdout.write(
        f"In {folder} the recipe is done as far as its patch fits; what does not lies beside it as .rej.\n"
        f"Do the rest by hand, then say this again.\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
