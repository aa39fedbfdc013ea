"""Square codes that a camera reads, drawn into the page."""

import segno
from django.utils.safestring import SafeString, mark_safe

MARGIN = 4
"""Empty fields around it, as the standard asks (ISO/IEC 18004)."""


def draw_qr(text: str) -> SafeString:
    """Return an SVG as wide as its box, with the class ``qr``, for a text of at most 500 letters; a
    tenth of it may be dirty."""
    code = segno.make_qr(text, error="m")
    # Only squares, no letters of the text.
    return mark_safe(code.svg_inline(border=MARGIN, omitsize=True, svgclass="qr"))  # noqa: S308
