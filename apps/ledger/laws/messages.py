"""Is every mail that was written also on its way?"""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from apps.ledger.finding import Finding
from apps.messages.models import Message
from apps.outbox.models import OutboxItem


def find_stranded_messages(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield waiting messages that no outbox item will ever send (rule C8)."""
    item = OutboxItem.objects.exclude(key="").filter(key=OuterRef("outbox_key"), done_at=None)
    messages = Message.objects.filter(~Exists(item), status=Message.Status.QUEUED)
    if business_id is not None:
        messages = messages.filter(business_id=business_id)
    for pk, of, kind in messages.values_list("pk", "business_id", "kind"):
        yield Finding("mail_is_on_its_way", of, f"message {pk}", f"{kind} will never be sent")
