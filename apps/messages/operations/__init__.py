"""The verbs of messages: decide who hears of an event, and send one mail."""

from apps.messages.operations.fan_out import SEND_TOPIC, TOPICS, fan_out
from apps.messages.operations.send import send_message
from apps.messages.operations.send_links import LINKS_TOPIC, send_links

__all__ = ["LINKS_TOPIC", "SEND_TOPIC", "TOPICS", "fan_out", "send_links", "send_message"]
