"""The operators' page of people who sign in, with the way to let one of them try again."""

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.web.operators import ReasonedActionForm, SeenAdmin, reason_of
from bookings_portal.guesses import addresses_of, lift_limit

for model in (User, Group, EmailAddress, Authenticator):
    admin.site.unregister(model)


@admin.register(Group)
class RightsAdmin(GroupAdmin, SeenAdmin):
    """Django's own page of groups, with what it showed."""


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin, SeenAdmin):  # type: ignore[misc]  # allauth has no types
    """allauth's own page of addresses, with what it showed."""


@admin.register(Authenticator)
class SecondStepAdmin(AuthenticatorAdmin, SeenAdmin):  # type: ignore[misc]
    """allauth's own page of second steps, with what it showed."""


@admin.register(User)
class PersonAdmin(UserAdmin, SeenAdmin):  # type: ignore[type-arg, misc]
    """Django's own page of users with one action more."""

    action_form = ReasonedActionForm
    actions = ("let_sign_in_again",)

    @admin.action(
        description=_("Let sign in again after too many wrong passwords"), permissions=["change"]
    )
    def let_sign_in_again(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Lift the limit on wrong passwords; why is kept in the log of the admin."""
        reason = reason_of(request)
        if not reason:
            self.message_user(request, _("Give a reason."), messages.ERROR)
            return
        lifted = list(people)
        for person in lifted:
            lift_limit(addresses_of(person))
            self.log_change(request, person, f"let_sign_in_again: {reason}")
        words = ngettext("%d person may try again.", "%d people may try again.", len(lifted))
        self.message_user(request, words % len(lifted))
