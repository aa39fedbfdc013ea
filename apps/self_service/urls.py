from django.urls import path

from apps.self_service.views import booking, done, find, me, money, move, people, sign_in, waiting

app_name = "self_service"
urlpatterns = [
    path("done/<slug:reference>/", done.done, name="done"),
    path("done/<slug:reference>/remember", done.remember_me, name="remember"),
    path("done/<slug:reference>/address", done.address, name="address"),
    path("m/<str:token>", booking.exchange, name="exchange"),
    path("manage/<slug:reference>/", booking.booking, name="booking"),
    path("manage/<slug:reference>/again", me.again, name="again"),
    path("manage/<slug:reference>/people", people.add, name="add_people"),
    path("manage/<slug:reference>/move", move.move, name="move"),
    path("manage/<slug:reference>/move/check", move.check, name="move_check"),
    path("manage/<slug:reference>/take", waiting.take, name="take"),
    path("manage/<slug:reference>/refuse", waiting.refuse, name="refuse"),
    path("manage/<slug:reference>/leave", waiting.leave, name="leave"),
    path("manage/<slug:reference>/another-time", money.another_time, name="another_time"),
    path("manage/<slug:reference>/money-back", money.money_back, name="money_back"),
    path("manage/<slug:reference>/pay", money.pay, name="pay"),
    path("manage/<slug:reference>/code", money.use_code, name="use_code"),
    path("manage/<slug:reference>/receipt", money.receipt, name="receipt"),
    path("manage/<slug:reference>/calendar.ics", booking.calendar, name="calendar"),
    path("me/", me.me, name="me"),
    path("me/forget", me.forget_me, name="forget_me"),
    path("me/devices/", sign_in.devices, name="devices"),
    path("me/sign-in/", sign_in.ask, name="sign_in"),
    path("me/sign-in/code", sign_in.code, name="sign_in_code"),
    path("me/sign-in/link", sign_in.link, name="sign_in_link"),
    path("me/sign-out", sign_in.sign_out, name="sign_out"),
    path("me/in/<str:token>", sign_in.exchange, name="sign_in_exchange"),
    path("<slug:business>/find/", find.find, name="find"),
    path("<slug:business>/find/sent/", find.sent, name="find_sent"),
    path("<slug:business>/privacy/", find.privacy, name="privacy"),
]
