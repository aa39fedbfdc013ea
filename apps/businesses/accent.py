"""One colour of the owner becomes twelve tones with guaranteed contrast (rule W6).

Pure. The hue is kept, chroma is capped, and lightness walks in OKLCH until the WCAG 2.2 ratio holds
on every background of the scheme, so that no owner can choose an unreadable page. Ratios promised:
`fill` carries `on_fill` >= 4.6; `text` >= 4.6 on paper, surface, sunken and `soft`; `soft` carries
ink >= 12; `line` >= 3.1 on paper and surface.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin

DEFAULT = "#1f6152"  # portal.css carries its tones, so this colour needs no stylesheet of its own
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_MAX_CHROMA = 0.17
_MARGIN = 1.012  # rounding a tone to 8 bits moves a ratio by less than 1.2 %
_STEP = 0.008
_BRIGHT = 0.77  # from this lightness on a colour glows on a dark page as it is
_TOKENS = ("accent", "on-accent", "accent-hover", "accent-text", "accent-soft", "accent-line")

Linear = tuple[float, float, float]
Tone = tuple[float, float, float]  # OKLCH: lightness 0..1, chroma, hue in radians


class NotAColour(ValueError):
    """The text is not a colour like #1F6152."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The six tones of one scheme, as "#RRGGBB"."""

    fill: str
    on_fill: str
    hover: str
    text: str
    soft: str
    line: str


@dataclass(frozen=True, slots=True)
class Accent:
    light: Scheme
    dark: Scheme


@dataclass(frozen=True, slots=True)
class Ground:
    """What a scheme gives to stand on, the same values as the tokens of portal.css."""

    paper: str
    surface: str
    sunken: str
    ink: str


LIGHT = Ground("#FBFAF7", "#FFFFFF", "#F3F1EC", "#1B1F24")
DARK = Ground("#14171A", "#1C2024", "#101316", "#EEF0F2")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two "#RRGGBB" colours, 1 to 21."""
    return _ratio(_luminance(_linear(one)), _luminance(_linear(other)))


@lru_cache(maxsize=512)
def derive(colour: str) -> Accent:
    """The tones for an owner's colour.

    Raises NotAColour for anything but "#RRGGBB".
    """
    if not _HEX.fullmatch(colour):
        raise NotAColour(colour)
    lightness, chroma, hue = _to_oklch(_linear(colour))
    tone = (lightness, min(chroma, _MAX_CHROMA), hue)
    return Accent(light=_light(tone), dark=_dark(tone))


def accent_css(colour: str) -> str:
    """The business's accent stylesheet: six custom properties, one for both schemes each.

    A stored value that is no colour is our fault, not the visitor's: it gives the default tones.
    """
    accent = derive(colour if _HEX.fullmatch(colour) else DEFAULT)
    pairs = zip(_TOKENS, astuple(accent.light), astuple(accent.dark), strict=True)
    tones = "".join(f"--{name}:light-dark({day},{night});" for name, day, night in pairs)
    return f"@layer tokens{{:root{{{tones}}}}}\n"


def accent_digest(colour: str) -> str:
    """Twelve hexadecimal digits that change with the stylesheet: browsers may keep it for ever."""
    return hashlib.sha256(accent_css(colour).encode()).hexdigest()[:12]


def _light(tone: Tone) -> Scheme:
    lightness, chroma, hue = tone
    soft = _walk((0.945, chroma * 0.2, hue), +1, [LIGHT.ink], 12.0)
    fill = _walk(tone, -1, ["#FFFFFF"], 4.6)
    hover = _hex((max(_to_oklch(_linear(fill))[0] - 0.065, 0.0), chroma * 0.9, hue))
    grounds = [LIGHT.paper, LIGHT.surface, LIGHT.sunken, soft]
    text = _walk(tone, -1, grounds, 4.6)
    line = _walk((max(lightness, 0.62), chroma * 0.95, hue), -1, grounds[:2], 3.1)
    return Scheme(fill, "#FFFFFF", hover, text, soft, line)


def _dark(tone: Tone) -> Scheme:
    lightness, chroma, hue = tone
    on_fill = _hex((0.2, min(chroma * 0.3, 0.03), hue))
    vivid = chroma if lightness >= _BRIGHT else min(chroma * 1.25, _MAX_CHROMA)
    soft = _walk((0.29, min(chroma * 0.5, 0.05), hue), -1, [DARK.ink], 12.0)
    fill = _walk((max(lightness, _BRIGHT), vivid, hue), +1, [on_fill], 4.6)
    hover = _hex((min(_to_oklch(_linear(fill))[0] + 0.05, 1.0), vivid * 0.9, hue))
    grounds = [DARK.paper, DARK.surface, DARK.sunken, soft]
    text = _walk((max(lightness, 0.8), vivid * 0.95, hue), +1, grounds, 4.6)
    line = _walk((min(max(lightness, 0.56), 0.7), chroma, hue), +1, grounds[:2], 3.1)
    return Scheme(fill, on_fill, hover, text, soft, line)


def _walk(tone: Tone, direction: int, against: Iterable[str], wanted: float) -> str:
    """The first tone from here, darker (-1) or lighter (+1), that keeps the ratio on them all."""
    lightness, chroma, hue = tone
    others = [_luminance(_linear(other)) for other in against]
    while True:
        own = _luminance(_fit((lightness, chroma, hue)))
        if all(_ratio(own, other) >= wanted * _MARGIN for other in others):
            return _hex((lightness, chroma, hue))
        if not 0.0 < lightness < 1.0:
            return "#000000" if direction < 0 else "#FFFFFF"
        lightness = min(max(lightness + direction * _STEP, 0.0), 1.0)


def _fit(tone: Tone) -> Linear:
    """Linear sRGB of the tone, with chroma lowered until the screen can show it."""
    lightness, chroma, hue = tone
    colour = _from_oklch((lightness, chroma, hue))
    while chroma > 1e-4 and not all(-1e-4 <= part <= 1.0001 for part in colour):  # noqa: PLR2004
        chroma *= 0.92
        colour = _from_oklch((lightness, chroma, hue))
    red, green, blue = (min(max(part, 0.0), 1.0) for part in colour)
    return red, green, blue


def _ratio(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Linear) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


@lru_cache(maxsize=256)
def _linear(colour: str) -> Linear:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decode(red), _decode(green), _decode(blue)


def _decode(part: float) -> float:
    """sRGB transfer function, IEC 61966-2-1."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004


def _encode(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)  # noqa: PLR2004


def _hex(tone: Tone) -> str:
    return "#" + "".join(f"{round(_encode(part) * 255):02X}" for part in _fit(tone))


def _to_oklch(colour: Linear) -> Tone:
    """Björn Ottosson's OKLab matrices, in polar form."""
    red, green, blue = colour
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _from_oklch(tone: Tone) -> Linear:
    lightness, chroma, hue = tone
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
