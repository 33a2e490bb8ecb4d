"""The settings of the compose stack: new secrets each time, for their owner only, and none written over."""

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = 11


def new_env(file: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own script
        [ROOT / "deploy/new-env", file], capture_output=True, text=True, check=False
    )


def secrets_in(file: Path) -> set[str]:
    lines = [line.partition("=") for line in file.read_text().splitlines()]
    passwords = {value for name, _, value in lines if name.endswith("_PASSWORD")}
    return passwords | {key.read_text().strip() for key in keys_of(file).iterdir()}


def keys_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.keys")


def test_every_secret_is_new_and_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for file in (one, other):
        made = new_env(file)
        assert made.returncode == 0, made.stderr
        assert made.stdout == "", "a secret on the screen stays in its history"
        assert file.stat().st_mode & 0o777 == 0o600
        assert keys_of(file).stat().st_mode & 0o777 == 0o700
        assert f"IPP_KEYS_DIR={keys_of(file)}" in file.read_text().splitlines()
    assert len(secrets_in(one) | secrets_in(other)) == 2 * SECRETS


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("IPP_VIEWS_PASSWORD=of people who trusted us\n")
    refused = new_env(file)
    assert refused.returncode == 1
    assert "left as they are" in refused.stderr
    assert file.read_text() == "IPP_VIEWS_PASSWORD=of people who trusted us\n"
    assert not keys_of(file).exists()


def test_keys_are_never_written_over_even_when_the_settings_are_gone(tmp_path: Path) -> None:
    file = tmp_path / "env"
    assert new_env(file).returncode == 0
    file.unlink()
    kept = secrets_of_keys(file)
    assert new_env(file).returncode == 1
    assert secrets_of_keys(file) == kept
    assert not file.exists()


def secrets_of_keys(file: Path) -> dict[str, str]:
    return {key.name: key.read_text() for key in keys_of(file).iterdir()}
