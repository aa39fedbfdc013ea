"""Wall times that the clock of a place skips, or shows twice (rules T5, T6)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.availability.engine.zones import Resolution
from apps.web.formatting import format_datetime, format_time

MOST_TOLD = 4


class MovingOnForm(forms.Form):
    """The question about dates on which the clock skips the time of a series, or shows it twice: it
    is asked once, where there are such dates."""

    moves_on = forms.BooleanField(
        label=gettext_lazy("Schedule it like that: I know that the clocks change"), required=False
    )
    asks = False

    def ask_about(self, starts: Sequence[datetime], *, zone: ZoneInfo, locale: str) -> None:
        """Say beside the time where these go (UTC), unless that was answered."""
        self.asks = self.asks or bool(starts)
        if starts and not self.cleaned_data.get("moves_on"):
            self.add_error("at", _moved_words(starts, zone=zone, locale=locale))

    def leave_out(self) -> None:
        """Without such dates there is no question; it stands below the time that it is about."""
        if not self.asks and not self.data.get("moves_on"):
            self.fields.pop("moves_on", None)
        names = [name for name in self.fields if name != "moves_on"]
        below = names.index("at") + 1
        self.order_fields([*names[:below], "moves_on", *names[below:]])


def unclear_words(resolution: Resolution, next_at: datetime, *, zone: ZoneInfo, locale: str) -> str:
    """A wall time that does not exist is told with the next one (UTC) that does."""
    if resolution is not Resolution.SHIFTED_FORWARD:
        return _("Clocks go back that night, so this time comes twice. Choose another.")
    words = _("Clocks go forward that night and skip this time. Choose %(time)s or another.")
    return words % {"time": format_time(next_at, zone=zone, locale=locale)}


def _moved_words(starts: Sequence[datetime], *, zone: ZoneInfo, locale: str) -> str:
    told = [format_datetime(at, zone=zone, locale=locale) for at in starts[:MOST_TOLD]]
    if len(starts) > MOST_TOLD:
        told.append("…")
    words = ngettext(
        "The clocks change on one date, which would be at %(dates)s.",
        "The clocks change on some dates, which would be at: %(dates)s.",
        len(starts),
    )
    return words % {"dates": "; ".join(told)}
