"""Sign-in of owners and operators: allauth's views under our own words, and no sign-up."""

from allauth.account import views
from django.urls import include, path, re_path

urlpatterns = [
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
    path("sign-in/again/", views.reauthenticate, name="account_reauthenticate"),
    path("sign-in/inactive/", views.account_inactive, name="account_inactive"),
    path("sign-in/password/", views.password_change, name="account_change_password"),
    path("sign-in/password/set/", views.password_set, name="account_set_password"),
    path("sign-in/forgotten/", views.password_reset, name="account_reset_password"),
    path("sign-in/forgotten/sent/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/forgotten/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sign-in/two-step/", include("allauth.mfa.urls")),
]
