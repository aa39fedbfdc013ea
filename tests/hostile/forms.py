"""Every form that the pages show, as a browser would send it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pairs = list[tuple[str, str]]


@dataclass
class Form:
    """Where it goes, what its fields hold, and its buttons (each another way to send it)."""

    action: str
    method: str
    id: str
    is_htmx: bool = False
    """Whether htmx sends it, where there are scripts."""
    fields: Pairs = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """The fields that somebody types words into."""
    chosen: Pairs = field(default_factory=list)
    """What is sent along unseen, or because it was ticked or pressed: nobody typed any of it."""

    def ways(self) -> list[tuple[str, Pairs]]:
        """Address and fields for each button; a form without any is sent by Enter."""
        buttons = self.buttons or [("", "", "")]
        return [
            (action or self.action, [*self.fields, *([(name, value)] if name else [])])
            for name, value, action in buttons
        ]


class Reader(HTMLParser):
    """Reads the forms of one page; a control may name a form that stands elsewhere."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.open: Form | None = None
        self.by_id: dict[str, Form] = {}
        self.late: list[tuple[str, str, dict[str, str]]] = []
        self.forms: list[Form] = []
        self.text_of = ""
        self.select: tuple[dict[str, str], list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = told.get("action") or self.path
            method, is_htmx = told.get("method", "get"), "hx-post" in told
            self.open = Form(action, method, told.get("id", ""), is_htmx)
            self.forms.append(self.open)
            self.by_id[self.open.id] = self.open
        elif tag in {"input", "button"}:
            self._control(tag, told)
        elif tag == "textarea":
            self._control("input", {**told, "value": ""})
        elif tag == "select":
            self.select = (told, [])
        elif tag == "option" and self.select is not None:
            self.select[1].append((told.get("value", ""), "selected" in told))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select" and self.select is not None:
            told, options = self.select
            self.select = None
            chosen = [value for value, is_selected in options if is_selected]
            filled = [value for value, _selected in options if value]
            value = (chosen[0] if chosen and chosen[0] else "") or (filled or [""])[0]
            self._control("input", {**told, "type": "select", "value": value})

    def _control(self, tag: str, told: dict[str, str]) -> None:
        self.late.append((tag, told.get("form", ""), {**told, "": str(len(self.forms) - 1)}))
        if not told.get("form") and self.open is None:
            self.late.pop()

    def result(self) -> list[Form]:
        """The forms that post, whole."""
        for tag, form_id, told in self.late:
            form = self.by_id.get(form_id) if form_id else self.forms[int(told[""])]
            if form is not None and "disabled" not in told:
                _put(form, tag, told)
        return [it for it in self.forms if it.method == "post"]


def _put(form: Form, tag: str, told: dict[str, str]) -> None:
    kind = told.get("type", "submit" if tag == "button" else "text")
    name, value = told.get("name", ""), told.get("value", "")
    if name and kind in {"hidden", "submit", "image"}:
        form.chosen.append((name, value))
    if kind in {"checkbox", "radio"}:
        form.chosen.append((name, value or "on"))
    if kind in {"submit", "image"}:
        form.buttons.append((name, value, told.get("formaction", "")))
    elif kind in {"checkbox", "radio"}:
        known = {it for it, _value in form.fields}
        if "checked" in told or (kind == "radio" and name not in known):
            form.fields = [it for it in form.fields if kind == "checkbox" or it[0] != name]
            form.fields.append((name, value or "on"))
    elif name and kind not in {"button", "reset", "file"}:
        form.fields.append((name, value))
        if kind == "text":
            form.texts.append(name)


def forms_of(page: str, *, path: str) -> list[Form]:
    """The forms of a page that post."""
    reader = Reader(path)
    reader.feed(page)
    return reader.result()
