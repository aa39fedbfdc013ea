"""The people somebody books for besides themselves, kept by whoever is signed in (rule D14)."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.bookings.forms.picks import Unreadable, read_number
from apps.customers import operations as customers
from apps.customers.models import SavedPerson
from apps.customers.queries import list_saved_people
from apps.customers.signed_in import address_of
from apps.self_service.forms import SavedPersonForm
from apps.web.http import go_to, render_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def saved_people(request: HttpRequest) -> HttpResponse:
    """List them; add, rename or remove one."""
    address = address_of(request)
    if not address:
        return go_to(request, "self_service:sign_in")
    if request.method != "POST":
        return _show(request, address)
    if "remove" in request.POST:
        customers.remove_saved_person(person_id=_number(request, "remove"), email=address)
        return go_to(request, "self_service:saved_people")
    chosen = _number(request, "person") if "person" in request.POST else 0
    form = SavedPersonForm(request.POST, tail=f"-{chosen}" if chosen else "")
    if not form.is_valid():
        return _show(request, address, form, chosen=chosen, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _write(request, address, form, chosen=chosen)


def _write(
    request: HttpRequest, address: str, form: SavedPersonForm, *, chosen: int
) -> HttpResponse:
    name = form.cleaned_data["name"]
    try:
        if chosen:
            revision = _number(request, "revision")
            customers.rename_saved_person(
                person_id=chosen, email=address, name=name, revision=revision
            )
        else:
            customers.save_person(email=address, name=name, now=timezone.now())
    except SavedPerson.DoesNotExist as missing:
        raise Http404 from missing
    except customers.TooManySaved as no:
        words = _("Ten people are on your list, which is as many as it takes. Remove one first.")
        form.add_error("name", words)
        return _show(request, address, form, chosen=chosen, status=no.status)
    except customers.SavedAlready as no:
        form.add_error("name", _("Somebody on your list has this name."))
        return _show(request, address, form, chosen=chosen, status=no.status)
    except customers.SavedPersonChanged as no:
        form.add_error("name", _("This name has just been changed. Please check it."))
        return _show(request, address, form, chosen=chosen, status=no.status)
    return go_to(request, "self_service:saved_people")


def _number(request: HttpRequest, name: str) -> int:
    """A number of the form.

    Raises:
        Http404: it is none.
    """
    try:
        return read_number(request.POST.get(name, "")) or 0
    except Unreadable as odd:
        raise Http404 from odd


def _show(
    request: HttpRequest,
    address: str,
    form: SavedPersonForm | None = None,
    *,
    chosen: int = 0,
    status: int = 200,
) -> HttpResponse:
    """The list, each with a form of its own, and one for somebody new."""
    saved = list_saved_people(email=address)
    people = [
        (
            it,
            form
            if form is not None and it.pk == chosen
            else SavedPersonForm(tail=f"-{it.pk}", initial={"name": it.name}),
        )
        for it in saved
    ]
    context = {
        "people": people,
        "new": form if form is not None and not chosen else SavedPersonForm(),
        "form": form,
        "chosen": chosen,
        "is_full": len(saved) >= SavedPerson.MOST,
    }
    return render_page(request, "self_service/saved_people.html", None, context, status)
