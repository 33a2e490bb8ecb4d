"""Signed notes are those of C2SP: byte for byte as Go's note package signs, and nothing else opens."""

from base64 import b64decode
from pathlib import Path

import pytest

from events.log.proof.notes import NoteError, NoteSigner, UnknownKeyError, VerifierKey, open_note
from kit.secrets import SecretError

# The example of golang.org/x/mod/sumdb/note: key, text and signature.
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM="
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{TEXT}\n— PeterNeumann {SIGNATURE}\n"
OTHER = NoteSigner.of_seeds(("ipp", bytes(range(32))))


def test_a_note_is_signed_and_opened_as_gos_package_does() -> None:
    signer = NoteSigner.of_seeds(("PeterNeumann", b64decode(SEED)))
    assert [str(key) for key in signer.verifier_keys] == [VERIFIER]
    assert signer.sign(TEXT) == SIGNED
    assert open_note(SIGNED, [VerifierKey.parse(VERIFIER)]) == TEXT


def test_a_changed_text_or_signature_does_not_open() -> None:
    for changed in (SIGNED.replace("answer", "reason"), SIGNED.replace("x08go/Z", "x08go/Y")):
        with pytest.raises(NoteError, match="does not fit the text"):
            open_note(changed, [VerifierKey.parse(VERIFIER)])


def test_an_unknown_key_is_another_result_than_a_wrong_signature() -> None:
    with pytest.raises(UnknownKeyError, match=r"PeterNeumann\+c74f20a3"):
        open_note(SIGNED, OTHER.verifier_keys)


def test_while_a_key_takes_over_both_open_the_note() -> None:
    both = NoteSigner.of_seeds(("ipp", b"n" * 32), ("ipp", bytes(range(32))))
    note = both.sign("text\n")
    for key in both.verifier_keys:
        assert open_note(note, [key]) == "text\n"


@pytest.mark.parametrize("text", ["", "text", "text\n\n", "text\n\nno signature\n", SIGNED.rstrip("\n")])
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match=r"signature|signed note"):
        open_note(text, OTHER.verifier_keys)


@pytest.mark.parametrize(
    "text", ["", "ipp", "ipp+00000000+AAAA", VERIFIER.replace("c74f20a3", "c74f20a4"), VERIFIER[:-4]]
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="verifier key"):
        VerifierKey.parse(text)


def test_a_key_file_has_a_line_for_each_key_and_errors_never_quote_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{bytes(range(32)).hex()}\n{'ab' * 32} old.example/ipp\n")
    assert [key.name for key in NoteSigner.from_file(file).verifier_keys] == ["ipp", "old.example/ipp"]
    for wrong in ("", "secret", "ab" * 31, f"{'ab' * 32} two names"):
        file.write_text(wrong)
        with pytest.raises(SecretError) as error:
            NoteSigner.from_file(file)
        assert "secret" not in str(error.value)
        assert "ab" * 31 not in str(error.value)
    with pytest.raises(SecretError, match="can't be read"):
        NoteSigner.from_file(tmp_path / "none")
