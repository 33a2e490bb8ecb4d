"""
The id of a comment in a mirror, which its subject hands to the confidential adviser.

It is the subject's id and the fragment's. The fragment's id is signed when the mirror is made, so that the
adviser's command reads nothing for an id that somebody made up.
"""

from rules import signed_ids


def signed_fragment(subject: str, name: str, *, key: bytes) -> str:
    """Return the id of a fragment in a mirror of the subject; `name` has 32 random hexadecimal digits."""
    return signed_ids.signed_local("comment", subject, name, key=key)


def comment_id(subject: str, fragment: str) -> str:
    """Return the id that the subject sees, 64 hexadecimal digits."""
    return subject + fragment


def is_signed(comment: str, *, key: bytes) -> bool:
    """Whether the fragment of this id was made by `signed_fragment` with this key."""
    return signed_ids.is_signed("comment", comment, key=key)


def subject_of(comment: str) -> str | None:
    """Return the subject of the mirror with this comment; None if this is not a comment's id."""
    return signed_ids.owner_of(comment)


def fragment_of(comment: str) -> str:
    """Return the fragment's id in the mirror."""
    return comment[signed_ids.ID_CHARS :]
