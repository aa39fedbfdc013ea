"""The verbs of messages: decide who hears of an event, and send one mail."""

from apps.messages.operations.fan_out import SEND_TOPIC, TOPICS, fan_out
from apps.messages.operations.send import send_message
from apps.messages.operations.send_gift import GIFT_TOPIC, send_gift, send_gift_to_all
from apps.messages.operations.send_links import LINKS_TOPIC, send_links
from apps.messages.operations.send_plan import PLAN_TOPIC, send_plan
from apps.messages.operations.send_reset import RESET_TOPIC, ask_for_reset, send_reset
from apps.messages.operations.send_sign_in import send_sign_in

__all__ = [
    "GIFT_TOPIC",
    "LINKS_TOPIC",
    "PLAN_TOPIC",
    "RESET_TOPIC",
    "SEND_TOPIC",
    "TOPICS",
    "ask_for_reset",
    "fan_out",
    "send_gift",
    "send_gift_to_all",
    "send_links",
    "send_message",
    "send_plan",
    "send_reset",
    "send_sign_in",
]
