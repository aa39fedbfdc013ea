from apps.businesses.remembered import Remembered
from apps.catalog.models import BookingForm, Question, Service

Asked = tuple[BookingForm, tuple[Question, ...]]

_asked: Remembered[Asked] = Remembered(most=1_000)


def questions_of(*, service: Service) -> Asked:
    """Return the form of a service, or the default one of its business, and its questions in order.

    Raises:
        BookingForm.DoesNotExist: the business was set up without one, which is a bug.
    """
    return _asked.get(service.business, service.pk, lambda: _read(service))


def _read(service: Service) -> Asked:
    form = service.form
    if form is None:
        form = BookingForm.objects.get(business_id=service.business_id, is_default=True)
    return form, tuple(form.questions.order_by("position", "pk"))
