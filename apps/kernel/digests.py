"""What a page showed, in few letters: whoever sends it back has seen these rows and no others."""

import hashlib
from collections.abc import Iterable

LENGTH = 16
LONGEST_KEY = 32
PATTERN = rf"[0-9a-f]{{{LENGTH}}}"


def digest_of(rows: Iterable[tuple[object, ...]]) -> str:
    """Return another word whenever a row was added, taken away, exchanged or changed, in whatever
    order they come."""
    return _word_of(rows)[:LENGTH]


def key_of(rows: Iterable[tuple[object, ...]]) -> str:
    """Return the key of a form with what was typed, at most 32 characters: too long to be met by
    chance."""
    return _word_of(rows)[:LONGEST_KEY]


def _word_of(rows: Iterable[tuple[object, ...]]) -> str:
    told = sorted(repr(tuple(row)) for row in rows)
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()
