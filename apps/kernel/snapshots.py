"""Values that were frozen beside a row, and read again by code of another age. Pure.

A kind of snapshot is a frozen dataclass, kept as JSON beside a row and read again by code that is
older or newer. Every field has a default, which is what was true before there was that field: an
old row is read as what it meant when it was written. A field whose meaning changes gets another
name; the version goes up with every change of the fields, so that a row tells which code wrote it.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

if TYPE_CHECKING:
    from dataclasses import Field


class Snapshot(Protocol):
    """A dataclass whose every field has a default, and the version of its fields, from 1 on."""

    __dataclass_fields__: "ClassVar[dict[str, Field[Any]]]"
    VERSION: ClassVar[int]


Kind = TypeVar("Kind", bound=Snapshot)


def freeze(facts: Snapshot) -> dict[str, Any]:
    """Return the fields and the version, as plain values for a JSON column."""
    return {"version": facts.VERSION, **asdict(facts)}


def thaw(kind: type[Kind], stored: Mapping[str, Any]) -> Kind:
    """Read a stored snapshot of any version, also one that is empty.

    A field it does not have gets its default. One that this kind does not know, because newer code
    wrote it, is passed over.
    """
    return kind(**{it.name: stored[it.name] for it in fields(kind) if it.name in stored})
