"""What a browser is called in a list of devices: rough, so that it tells people apart and not
apparatus. Pure."""

BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet")),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome")),
    ("Safari", "Safari"),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("CrOS", "Chromebook"), ("Mac OS X", "Mac"), ("Linux", "Linux")),
)
"""Each name stands before those that its browsers say besides."""


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """ "Firefox" and "Android", by what a browser says of itself; "" for what nobody knows."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return browser, system
