from django.db import transaction

from apps.catalog.models import Service
from apps.catalog.operations.change_payment import ServiceHasChanged


@transaction.atomic
def change_unanswered(
    *, business_id: int, service_id: int, unanswered: Service.Unanswered, seen_revision: int
) -> Service:
    """Say what becomes of requests for a service that nobody answers in time; sent twice, it is
    done once. Requests that were made keep what their customers were told.

    Raises:
        ServiceHasChanged: somebody changed the service since the page was made.
        Service.DoesNotExist: the business has no such service.
    """
    service = Service.objects.select_for_update(no_key=True).get(
        pk=service_id, business_id=business_id
    )
    if service.unanswered == unanswered:
        return service
    if service.revision != seen_revision:
        raise ServiceHasChanged
    service.unanswered = unanswered
    service.revision += 1
    service.save(update_fields=["unanswered", "revision"])
    return service
