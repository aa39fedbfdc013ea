"""How a business is reached, for templates."""

from django import template

from apps.businesses.pages import Contacts, or_reach_words, reach_words

register = template.Library()


@register.filter
def reach(business: Contacts) -> str:
    """ "Please call 030 555 0142.", or to write, or nothing."""
    return reach_words(business)


@register.filter
def or_reach(business: Contacts) -> str:
    """ "Or call 030 555 0142.", or to write, or nothing."""
    return or_reach_words(business)
