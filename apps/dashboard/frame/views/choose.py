from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.businesses.queries import list_memberships
from apps.dashboard.roles import EVERY_ROLE
from apps.web.guards import guarded
from apps.web.http import go_to


@require_safe
@guarded(*EVERY_ROLE)
def choose_business(request: HttpRequest) -> HttpResponse:
    """Go to the only business of this person, or let them choose."""
    if request.user.is_anonymous:
        raise RuntimeError("the guard of the section lets nobody in without a sign-in")
    memberships = list_memberships(user=request.user)
    if len(memberships) == 1:
        return go_to(request, "dashboard:today", memberships[0].business.slug)
    businesses = [
        {
            "name": it.business.name,
            "role_words": it.get_role_display(),
            "url": reverse("dashboard:today", args=[it.business.slug]),
        }
        for it in memberships
    ]
    context = {"businesses": businesses, "sign_out_url": reverse("account_logout")}
    response = render(request, "dashboard/choose_business.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
