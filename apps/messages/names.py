"""Names that strangers typed, made fit for a mail. Pure (rule S8).

A booking form sends mail to any address, so whatever a name says must not work as an advert.
"""

import re

from apps.web.text import clean_line

LONGEST_GREETING = 60
LONGEST_NAME = 120

# http://x, www.x, x.example/path, x@y: everything that a mail program might turn into a link.
LINKS = re.compile(
    r"""(?ix)
    \b[a-z][a-z0-9+.-]{1,20}:(?://)?\S+      # any scheme
    | \bwww\.\S+
    | \S+@\S+
    | \b(?:[\w-]+\.)+[^\W\d_]{2,24}\b(?:[/:?\#]\S*)?   # host names, with or without a path
    | //\S+
    """
)


def without_links(name: str) -> str:
    """Return a name in one line with everything removed that a mail program may link."""
    calm = clean_line(name, max_length=4 * LONGEST_NAME)
    return clean_line(LINKS.sub(" ", calm).strip(" /:<>\"'"), max_length=LONGEST_NAME)


def greeting_name(name: str) -> str:
    """Return the first word of a name, at most 60 characters ("See you on Thursday, Eva.").

    Empty when nothing harmless is left; the greeting then does without a name.
    """
    whole = without_links(name)
    first = whole.split(" ", maxsplit=1)[0]
    return first[:LONGEST_GREETING].strip(",;")
