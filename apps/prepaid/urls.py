from django.urls import path

from apps.prepaid.views import class_plan, gifts, my_plan, plans

app_name = "prepaid"
urlpatterns = [
    path("plans/<slug:reference>/", my_plan.plan, name="plan"),
    path("plans/<slug:reference>/pay", my_plan.pay, name="pay_plan"),
    path("plans/<slug:reference>/code", my_plan.use_code, name="plan_code"),
    path("plans/<slug:reference>/change", my_plan.change, name="change_plan"),
    path("plans/<slug:reference>/stop", my_plan.stop, name="stop_plan"),
    path("plans/<slug:reference>/start", my_plan.start, name="start_plan"),
    path("p/<str:token>", my_plan.exchange, name="open_plan"),
    path("<slug:business>/plans/", plans.plans, name="plans"),
    path("<slug:business>/plans/find", plans.find_plan, name="find_plan"),
    path("<slug:business>/plans/sent", plans.plan_sent, name="plan_sent"),
    path("<slug:business>/plans/<slug:plan>/", plans.buy_plan, name="buy_plan"),
    path("<slug:business>/classes/<int:session>/plan", class_plan.book, name="book_with_plan"),
    path("gifts/<slug:reference>/", gifts.card, name="gift_card"),
    path("gifts/<slug:reference>/pay", gifts.pay, name="pay_gift"),
    path("gifts/<slug:reference>/change", gifts.change, name="change_gift"),
    path("gifts/open/<str:token>", gifts.opened, name="open_gift"),
    path("<slug:business>/gift-card/", gifts.buy, name="buy_gift"),
]
