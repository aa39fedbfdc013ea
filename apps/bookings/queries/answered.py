"""What somebody has answered before, so that nobody is asked the same twice."""

from collections.abc import Sequence

from apps.bookings.models import Answer
from apps.catalog.models import Question

ASKED_EACH_TIME = (Question.Kind.CONSENT, Question.Kind.ACKNOWLEDGEMENT)


def answers_before(*, customer_id: int, questions: Sequence[Question]) -> dict[int, str]:
    """Return a customer's latest answer by question; one query.

    What is agreed to, what is sensitive and what each participant is asked are never repeated.
    """
    wanted = [
        question.pk
        for question in questions
        if question.kind not in ASKED_EACH_TIME
        and not question.sensitive
        and question.asked_of == Question.AskedOf.BOOKER
    ]
    given = Answer.objects.filter(
        booking__customer_id=customer_id, question_id__in=wanted, participant=None
    ).order_by("booking_id", "pk")
    return {pk: value for pk, value in given.values_list("question_id", "value") if pk}
