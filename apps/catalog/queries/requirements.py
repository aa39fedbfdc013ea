"""What services need, and who or what could serve them (rule B28)."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection

Requirements = list[tuple[int, dict[int, int]]]
"""(type id, {resource id: rank}) in the order of a service's requirements."""

# Plain SQL: the page of times, every hold and every booking ask it, and composing its two
# subqueries anew took ten times as long as the answer.
ABLE = """
    SELECT need.service_id, need.id, need.resource_type_id, kind.is_staff,
           resource.id, resource.rank
    FROM catalog_servicerequirement AS need
    JOIN catalog_resourcetype AS kind ON kind.id = need.resource_type_id
    LEFT JOIN catalog_resource AS resource
        ON resource.type_id = need.resource_type_id AND resource.active AND (
            NOT EXISTS (
                SELECT 1 FROM catalog_servicerequirement_eligible AS named
                WHERE named.servicerequirement_id = need.id
            ) OR EXISTS (
                SELECT 1 FROM catalog_servicerequirement_eligible AS named
                WHERE named.servicerequirement_id = need.id AND named.resource_id = resource.id
            )
        )
    WHERE need.service_id IN ({marks})
    ORDER BY need.position, need.id, resource.id
"""


class Need(NamedTuple):
    """One requirement of a service and the active resources that could meet it, with ranks."""

    type_id: int
    is_staff: bool
    able: dict[int, int]


def load_requirements(*, service_ids: Collection[int]) -> dict[int, Requirements]:
    """Return, by service, (type id, {resource id: rank}) in the order of the requirements.

    One query for any number of services. Nobody named as eligible means everybody of the type;
    a type of which nobody is left is there with no resource. Services without any are there too.
    """
    return {
        service_id: [(need.type_id, need.able) for need in needs]
        for service_id, needs in read_needs(service_ids).items()
    }


def able_staff(needs: Iterable[Need]) -> list[int]:
    """The resources of the people who could do it: those of the first need for people."""
    return next((list(need.able) for need in needs if need.is_staff), [])


def read_needs(service_ids: Collection[int]) -> dict[int, list[Need]]:
    """Return the needs of each service in order, in one query; see ``load_requirements``."""
    ids = list(service_ids)
    found: dict[int, dict[int, Need]] = {pk: {} for pk in ids}
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ABLE.format(marks=", ".join(["%s"] * len(ids))), ids)
        for service_id, pk, type_id, is_staff, resource_id, rank in cursor.fetchall():
            need = found[service_id].setdefault(pk, Need(type_id, bool(is_staff), {}))
            if resource_id is not None:
                need.able[resource_id] = rank
    return {service_id: list(needs.values()) for service_id, needs in found.items()}
