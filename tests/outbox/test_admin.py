"""The operator's pages of the outbox: everything can be read, nothing edited."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.outbox import operations
from apps.outbox.models import OutboxItem

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIST = "admin:outbox_outboxitem_changelist"

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    users = get_user_model()
    client = Client()
    client.force_login(users.objects.create_superuser("op", "op@portal.example", "correct horse"))
    return client


@pytest.fixture
def items() -> list[OutboxItem]:
    """One open item, one done, one failed."""
    with transaction.atomic():
        operations.enqueue_many(
            operations.NewItem(f"topic.{name}", {"note": "<script>alert(1)</script>"}, 3, NOON)
            for name in ("open", "done", "failed")
        )
    OutboxItem.objects.filter(topic="topic.done").update(done_at=NOON)
    OutboxItem.objects.filter(topic="topic.failed").update(failed_at=NOON, last_error="away")
    return list(OutboxItem.objects.order_by("pk"))


def act(operator: Client, action: str, item: OutboxItem, state: str = "") -> str:
    data = {"action": action, "_selected_action": [str(item.pk)]}
    address = reverse(LIST, query={"state": state} if state else None)
    return operator.post(address, data, follow=True).content.decode()


@pytest.mark.parametrize(
    ("state", "shown"), [("", "topic.open"), ("done", "topic.done"), ("failed", "topic.failed")]
)
def test_the_list_shows_open_items_unless_asked(
    operator: Client, items: list[OutboxItem], state: str, shown: str
) -> None:
    page = operator.get(reverse(LIST, query={"state": state} if state else None)).content.decode()
    topics = {item.topic for item in items if item.topic in page}
    assert topics == {shown}


def test_the_list_does_not_count_what_is_done(operator: Client, items: list[OutboxItem]) -> None:
    with CaptureQueriesContext(connection) as queries:
        operator.get(reverse(LIST))
    counts = [row["sql"] for row in queries if "COUNT(" in row["sql"] and "outbox" in row["sql"]]
    assert counts
    assert all('"done_at" IS NULL' in sql for sql in counts)


def test_an_item_can_be_read_but_not_edited(operator: Client, items: list[OutboxItem]) -> None:
    address = reverse("admin:outbox_outboxitem_change", args=[items[0].pk])
    page = operator.get(address).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    operator.post(address, {"topic": "stolen", "payload": "{}", "done_at_0": "2026-11-24"})
    assert OutboxItem.objects.get(pk=items[0].pk).topic == "topic.open"
    assert operator.get(reverse("admin:outbox_outboxitem_add")).status_code == 403
    delete = reverse("admin:outbox_outboxitem_delete", args=[items[0].pk])
    assert operator.post(delete, {"post": "yes"}).status_code == 403


def test_cancel_and_retry_are_the_operations(operator: Client, items: list[OutboxItem]) -> None:
    first = items[0]
    act(operator, "cancel", first)
    first.refresh_from_db()
    assert (first.state, first.last_error) == ("FAILED", "cancelled by op")
    act(operator, "retry", first, "failed")
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("OPEN", 0)
    assert first.not_before > NOON - timedelta(days=365)


def test_done_items_stay_done(operator: Client, items: list[OutboxItem]) -> None:
    done = items[1]
    act(operator, "retry", done, "done")
    act(operator, "cancel", done, "done")
    done.refresh_from_db()
    assert (done.state, done.done_at) == ("DONE", NOON)
