"""The verbs of messages: decide who hears of an event, and send one mail."""

from apps.messages.operations.fan_out import SEND_TOPIC, TOPICS, fan_out
from apps.messages.operations.send import send_message

__all__ = ["SEND_TOPIC", "TOPICS", "fan_out", "send_message"]
