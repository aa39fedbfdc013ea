"""Every order with what came for it, the newest first."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, redirect_search, show
from apps.dashboard.money.forms import OrdersForm
from apps.dashboard.money.queries.orders import State, list_orders
from apps.dashboard.roles import Right

CHIPS = (
    (State.ALL, _("All")),
    (State.OPEN, _("To be paid")),
    (State.UNDER_WAY, _("In progress")),
    (State.UNCLEAR, _("Different amount")),
    (State.ASIDE, _("Held on card")),
    (State.PAID, _("Paid")),
    (State.BACK, _("Refunded")),
    (State.FAILED, _("Failed")),
)


@owner_page(Right.SEE_MONEY, "GET", "POST")
def orders(request: OwnerRequest) -> HttpResponse:
    """Show the orders in a state, or those that are searched for."""
    state, search, before = OrdersForm(request.POST or request.GET).asked()
    if redirect := redirect_search(request, "orders", search, state=state.value):
        return redirect
    context = {
        "orders": list_orders(access=request.access, state=state, search=search, before=before),
        "chips": [(it.value or None, words, it is state) for it, words in CHIPS],
        "state": state.value,
        "search": search,
    }
    return show(
        request,
        "dashboard/orders.html",
        "dashboard/_orders.html",
        context,
        now=timezone.now(),
        current="takings",
    )
