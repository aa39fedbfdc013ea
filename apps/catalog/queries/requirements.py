"""What services need, and who or what could serve them (R056)."""

from collections.abc import Collection

from django.db import connection

Requirements = list[tuple[int, dict[int, int]]]
"""(type id, {resource id: rank}) in the order of a service's requirements."""

# Plain SQL: the page of times, every hold and every booking ask it, and composing its two
# subqueries anew took ten times as long as the answer.
ABLE = """
    SELECT need.service_id, need.id, need.resource_type_id, resource.id, resource.rank
    FROM catalog_servicerequirement AS need
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


def load_requirements(*, service_ids: Collection[int]) -> dict[int, Requirements]:
    """Return, by service, (type id, {resource id: rank}) in the order of the requirements.

    One query for any number of services. Nobody named as eligible means everybody of the type;
    a type of which nobody is left is there with no resource. Services without any are there too.
    """
    ids = list(service_ids)
    found: dict[int, dict[tuple[int, int], dict[int, int]]] = {pk: {} for pk in ids}
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ABLE.format(marks=", ".join(["%s"] * len(ids))), ids)
        for service_id, pk, type_id, resource_id, rank in cursor.fetchall():
            able = found[service_id].setdefault((pk, type_id), {})
            if resource_id is not None:
                able[resource_id] = rank
    return {
        service_id: [(type_id, able) for (_pk, type_id), able in needs.items()]
        for service_id, needs in found.items()
    }
