"""Where every address leads. Order matters: a business may be called anything."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from bookings_portal import views

# Operators sign in where owners do: one lock-out, one second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Booking portal, operators"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    # Nor may a password be guessed where admin changes it.
    path(
        f"{settings.OPERATOR_PATH}password_change/",
        RedirectView.as_view(pattern_name="account_change_password"),
    ),
    path(f"{settings.OPERATOR_PATH}clocks/", include("apps.dashboard.operator_urls")),
    path(settings.OPERATOR_PATH, admin.site.urls),
    path("own/", include("bookings_portal.sign_in_urls")),
    path("own/", include("apps.dashboard.urls")),
    path("dev/outbox/", include("apps.messages.urls")),  # 404 outside the demo
    path("", include("apps.web.urls")),
    path("", include("apps.self_service.urls")),
    path("", include("apps.prepaid.urls")),
    path("", include("apps.checkout.urls")),
    path("", include("apps.catalog.urls")),
    # Businesses come last: whatever is not ours by then is the name of one of them.
    path("", include("apps.businesses.urls")),
    path("", include("apps.classes.urls")),
    path("", include("apps.waitlists.urls")),
    path("", include("apps.bookings.urls")),
]

handler404 = "apps.web.refusals.not_found"
handler429 = "bookings_portal.accounts.too_many_sign_ins"
handler500 = "bookings_portal.views.server_error"
