"""The look of an HTML mail: tables, 600 px, and styles on each element, as mail programs need.

Templates name a style (``{{ css.title }}``) and never hold one, so that all measures stand here.
Mail programs that know dark schemes take the classes of ``SHEET``; the others keep the light look.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SERIF = "Charter,'Bitstream Charter','Sitka Display',Cambria,Georgia,serif"
SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif"
MONO = "ui-monospace,'SF Mono',Menlo,'Liberation Mono',monospace"
WHITE = "#FFFFFF"
READABLE = 4.5

STYLES = {
    "page": "margin:0;padding:16px 0;background:#EEEDE8",
    "width": "width:100%;max-width:600px",
    "paper": "background:#FBFAF7;border:1px solid #DDD9D0;border-radius:10px;padding:36px 40px",
    "sender": f"font:400 17px/24px {SERIF};color:#474C55;padding:0 0 12px",
    "title": f"font:400 28px/34px {SERIF};color:#1B1F24;margin:0 0 20px",
    "stub": "background:#FFFFFF;border:1px solid #DDD9D0;border-radius:10px;width:100%",
    "when": "padding:18px 24px",
    "day": f"font:400 15px/20px {SANS};color:#474C55",
    "time": f"font:400 36px/44px {SERIF};color:#1B1F24",
    "end": "color:#5F6570",
    "struck": "text-decoration:line-through;color:#5F6570",
    "zone": f"font:400 14px/20px {SANS};color:#5F6570",
    "tear": "border-top:1px dashed #857F73;padding:12px 24px",
    "label": f"font:400 15px/22px {SANS};color:#5F6570;width:100px;padding:4px 12px 4px 0",
    "value": f"font:400 15px/22px {SANS};color:#1B1F24;padding:4px 0",
    "reference": f"font:500 15px/22px {MONO};color:#1B1F24;padding:4px 0;text-align:right",
    "action": "margin:24px 0",
    "note": f"font:400 15px/22px {SANS};color:#474C55;margin:0 0 16px",
    "rule": "border:0;border-top:1px solid #DDD9D0;margin:4px 0 16px",
    "footer": f"font:400 14px/20px {SANS};color:#5F6570;margin:0",
}
SHEET = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) { .paper { padding: 24px 20px !important; } }
@media (prefers-color-scheme: dark) {
  .page { background: #101316 !important; }
  .paper { background: #14171A !important; border-color: #343A41 !important; }
  .stub { background: #1C2024 !important; border-color: #343A41 !important; }
  .tear { border-color: #78818C !important; }
  .ink { color: #EEF0F2 !important; }
  .ink-2 { color: #C3C8CF !important; }
  .ink-3 { color: #9AA2AC !important; }
  .link { color: #EEF0F2 !important; }
}
"""


def styles(accent: str) -> dict[str, SafeString]:
    """Return the attributes and the sheet for a template, in the business's accent (#RRGGBB)."""
    fill = readable_fill(accent)
    button = (
        f"display:inline-block;background:{fill};border:1px solid {fill};border-radius:6px;"
        f"color:{WHITE};font:600 15px/20px {SANS};padding:12px 20px;text-decoration:none"
    )
    link = f"color:{fill};text-decoration:underline"
    attributes = {**STYLES, "button": button, "link": link}
    found = {name: format_html('style="{}"', css) for name, css in attributes.items()}
    return {**found, "sheet": mark_safe(f"<style>{SHEET}</style>")}  # noqa: S308 - our own text


def readable_fill(accent: str) -> str:
    """Darken a colour step by step until white words on it have a contrast of 4.5 (WCAG 1.4.3)."""
    red, green, blue = (int(accent[at : at + 2], 16) for at in (1, 3, 5))
    while contrast_with_white(red, green, blue) < READABLE:
        red, green, blue = (int(part * 0.95) for part in (red, green, blue))
    return f"#{red:02X}{green:02X}{blue:02X}"


def contrast_with_white(red: int, green: int, blue: int) -> float:
    """Return the WCAG contrast ratio of an sRGB colour (0-255 each) with white."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004

    light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    return 1.05 / (light + 0.05)
