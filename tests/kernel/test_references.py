"""References: short, readable aloud, without letters that look like digits."""

import pytest

from apps.kernel.references import ALPHABET, new_reference, read_reference


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
