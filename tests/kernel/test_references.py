"""References: short, readable aloud, without letters that look like digits; and tokens, which
nobody guesses (rule S3)."""

from base64 import urlsafe_b64decode
from collections import Counter
from itertools import pairwise

import pytest

from apps.kernel.references import ALPHABET, new_reference, new_token, read_reference

MANY = 100_000


def test_a_reference_has_eight_characters_none_of_them_mistakable() -> None:
    many = {new_reference() for _ in range(500)}

    assert len(many) == 500
    assert {len(reference) for reference in many} == {8}
    assert set("".join(many)) == set(ALPHABET)
    assert set(ALPHABET) & set("01IO") == set()


@pytest.mark.parametrize("typed", ["K7P2M9QX", "k7p2-m9qx", " K7P2 M9QX\n"])
def test_a_typed_reference_is_read_kindly(typed: str) -> None:
    assert read_reference(typed) == "K7P2M9QX"


@pytest.mark.parametrize("typed", ["", "K7P2M9Q", "K7P2M9QXX", "K7P2M9Q0", "K7P2M9QÄ"])
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert read_reference(typed) is None


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    """A hundred thousand, in the order in which they were made."""
    return [new_token() for _ in range(MANY)]


def test_a_token_has_256_bits_and_no_other_begins_like_it(tokens: list[str]) -> None:
    assert {len(it) for it in tokens} == {43}
    assert {len(bits_of(it)) for it in tokens} == {32}
    assert len({it[:10] for it in tokens}) == MANY


def test_at_each_place_of_a_token_every_byte_is_as_likely_as_any_other(tokens: list[str]) -> None:
    """Chi-squared with 255 degrees of freedom: eight deviations above what is expected is met once
    in ten thousand million million."""
    made = [bits_of(it) for it in tokens]
    expected = MANY / 256
    for place in range(32):
        counted = Counter(it[place] for it in made)
        assert sum((counted[byte] - expected) ** 2 for byte in range(256)) / expected < 255 + 8 * 23


def test_one_token_tells_nothing_of_the_next(tokens: list[str]) -> None:
    """Half of the bits change, give or take: neither a counter nor a clock is in them."""
    numbers = [int.from_bytes(bits_of(it), "big") for it in tokens]
    changed = [(a ^ b).bit_count() for a, b in pairwise(numbers)]
    assert abs(sum(changed) / len(changed) - 128) < 0.25
    assert min(changed) > 80
    grows = sum(a < b for a, b in pairwise(numbers))
    assert abs(grows / len(changed) - 0.5) < 0.01


def bits_of(token: str) -> bytes:
    return urlsafe_b64decode(token + "=")
