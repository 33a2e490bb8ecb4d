"""docs/production.md names settings that there are."""

import re
from pathlib import Path

from kit.settings import PREFIX, Settings

PAGE = (Path(__file__).parents[1] / "docs" / "production.md").read_text()


def test_every_setting_that_it_names_is_one_with_the_default_it_says() -> None:
    fields = Settings.__dataclass_fields__
    for name, default in re.findall(r"`(IPP_[A-Z_]+)(?:=[^`]*)?`(?: \((\d+)(?: s)?\))?", PAGE):
        field = fields.get(name.removeprefix(PREFIX).lower())
        assert field is not None, f"{name} is no setting"
        assert not default or field.default == int(default), name
