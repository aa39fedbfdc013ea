"""Something in the books that does not add up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one row: `where` names it for an operator, `what` is a sentence."""

    rule: str
    business_id: int | None
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: business {self.business_id}, {self.where}: {self.what}"
