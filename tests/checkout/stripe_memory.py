"""What lies at Stripe: the endpoints we use, in Stripe's shapes (served by ``stripe_stub``).

What a customer does on Stripe's page, and what a bank does, are methods here. It can fail like a
network does: ``fail`` names what goes wrong with the next requests to a path.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from threading import Lock
from typing import Any

SECRET_KEY = "sk_test_" + "stubbed"
AT_MOST = 10
HALF_AN_HOUR, ONE_DAY = 30 * 60, 24 * 3600
Row = dict[str, Any]


@dataclass
class StripeError(Exception):
    """An answer of Stripe that is an error."""

    status: int
    type: str
    code: str = ""
    more: Row = field(default_factory=dict)

    def body(self) -> Row:
        named = {"type": self.type, "code": self.code, "message": f"No: {SECRET_KEY}"}
        return {"error": {**named, **self.more}}


@dataclass
class Failure:
    """how: "500", "slow", "drop" (the work is done, the answer is lost) or "garbage"."""

    path: str
    how: str
    times: int


class Stub:
    """Stripe's memory: sessions, intents and refunds by id, and the answers by idempotency key."""

    def __init__(self) -> None:
        self.base = ""
        self.rows: dict[str, Row] = {}
        self.answers: dict[str, tuple[str, int, Row]] = {}
        self.failures: list[Failure] = []
        self.asked: list[tuple[str, str, Row]] = []
        self.declines = ""
        self.least = 0  # of what Stripe takes, in its units
        self.on_expire: Callable[[str], None] | None = None
        self.numbers = count(1)
        self.lock = Lock()

    # ------------------------------------------------------------------ what people and banks do

    def pay(self, session_id: str, *, card: str = "pm_card") -> None:
        """Somebody types a card on the page of a session."""
        session = self.rows[session_id]
        assert session["status"] == "open"
        intent = self._intent_of(session)
        self._confirm(intent, card=card)
        if intent["status"] in {"succeeded", "requires_capture"}:
            session["status"] = "complete"
            paid = intent["status"] == "succeeded"
            session["payment_status"] = "paid" if paid else "unpaid"

    def lapse(self, intent_id: str) -> None:
        """The bank lets an authorization go."""
        self.rows[intent_id].update(
            status="canceled", cancellation_reason="automatic", amount_capturable=0
        )

    def refund_outside(self, intent_id: str, amount: int) -> None:
        """Somebody gives money back on Stripe's own pages."""
        self._refund({"payment_intent": intent_id, "amount": str(amount)})

    def refuse_refund(self, refund_id: str, why: str = "expired_or_canceled_card") -> Row:
        """The bank sends money back that was refunded, days later."""
        refund = self.rows[refund_id]
        refund.update(status="failed", failure_reason=why)
        self.rows[refund["charge"]]["amount_refunded"] -= refund["amount"]
        return refund

    def fail(self, path: str, how: str, *, times: int = 1) -> None:
        """Let the next requests whose "METHOD /path" contains this go wrong."""
        self.failures.append(Failure(path, how, times))

    def forget_keys(self) -> None:
        """A day goes by."""
        self.answers.clear()

    def intents(self) -> list[Row]:
        return [row for row in self.rows.values() if row["object"] == "payment_intent"]

    def refunds(self) -> list[Row]:
        return [row for row in self.rows.values() if row["object"] == "refund"]

    def seen(self, path: str) -> list[Row]:
        """The parameters of every request to a path ("POST /v1/refunds")."""
        return [params for method, at, params in self.asked if f"{method} {at}" == path]

    # --------------------------------------------------------------------------------- endpoints

    def answer(self, method: str, path: str, params: Row, key: str) -> Row:
        routes: list[tuple[str, Callable[..., Row]]] = [
            ("POST /v1/checkout/sessions", self._open),
            (r"POST /v1/checkout/sessions/(\w+)/expire", self._expire),
            (r"GET /v1/checkout/sessions/(\w+)", self._show),
            ("POST /v1/payment_intents", self._charge),
            (r"POST /v1/payment_intents/(\w+)/capture", self._capture),
            (r"POST /v1/payment_intents/(\w+)/cancel", self._cancel),
            ("GET /v1/payment_intents", self._list_intents),
            (r"GET /v1/payment_intents/(\w+)", self._show),
            ("POST /v1/refunds", self._refund),
            ("GET /v1/refunds", self._list_refunds),
        ]
        for pattern, verb in routes:
            found = re.fullmatch(pattern, f"{method} {path}")
            if found:
                return self._once(key, f"{path} {params}", partial(verb, params, *found.groups()))
        raise StripeError(404, "invalid_request_error", "resource_missing")

    def _once(self, key: str, said: str, verb: Callable[[], Row]) -> Row:
        """The same key with the same body has the same answer; with another body, none."""
        if key and key in self.answers:
            before, status, body = self.answers[key]
            if before != said:
                raise StripeError(400, "idempotency_error")
            if status != 200:
                raise StripeError(status, **body)
            return body
        try:
            body = verb()
        except StripeError as no:
            if key:
                told = {"type": no.type, "code": no.code, "more": no.more}
                self.answers[key] = (said, no.status, told)
            raise
        if key:
            self.answers[key] = (said, 200, json.loads(json.dumps(body)))
        return body

    def _open(self, params: Row) -> Row:
        ends = int(params["expires_at"])
        if not time.time() + HALF_AN_HOUR <= ends <= time.time() + ONE_DAY:
            raise StripeError(400, "invalid_request_error", "expires_at_invalid")
        if params["payment_method_types[0]"] != "card" or params["mode"] != "payment":
            raise StripeError(400, "invalid_request_error", "parameter_invalid")
        price = "line_items[0][price_data]"
        amount = int(params[f"{price}[unit_amount]"]) * int(params["line_items[0][quantity]"])
        if amount < self.least:
            raise StripeError(400, "invalid_request_error", "amount_too_small")
        named = f"cs_test_{next(self.numbers)}"
        return self._keep(
            id=named,
            object="checkout.session",
            status="open",
            payment_status="unpaid",
            amount_total=amount,
            currency=params[f"{price}[currency]"],
            client_reference_id=params["client_reference_id"],
            metadata={"key": params["metadata[key]"]},
            customer=None,
            payment_intent=None,
            url=f"{self.base}/c/pay/{named}",
            livemode=False,
            wanted={it: params.get(f"payment_intent_data[{it}]") for it in INTENT_DATA},
        )

    def _intent_of(self, session: Row) -> Row:
        if session["payment_intent"]:
            return self.rows[session["payment_intent"]]
        wanted = session["wanted"]
        if wanted["setup_future_usage"]:
            session["customer"] = f"cus_{next(self.numbers)}"
        intent = self._new_intent(
            amount=session["amount_total"],
            currency=session["currency"],
            capture_method=wanted["capture_method"] or "automatic",
            setup_future_usage=wanted["setup_future_usage"],
            customer=session["customer"],
            key=wanted["metadata][key"],
        )
        session["payment_intent"] = intent["id"]
        return intent

    def _new_intent(self, *, amount: int, key: str | None, **columns: Any) -> Row:
        return self._keep(
            id=f"pi_{next(self.numbers)}",
            object="payment_intent",
            amount=amount,
            amount_capturable=0,
            amount_received=0,
            status="requires_payment_method",
            last_payment_error=None,
            cancellation_reason=None,
            payment_method=None,
            latest_charge=None,
            metadata={"key": key} if key else {},
            **columns,
        )

    def _confirm(self, intent: Row, *, card: str) -> None:
        if self.declines:
            told = {"code": "card_declined", "decline_code": self.declines}
            intent["last_payment_error"] = told
            return
        intent["payment_method"] = card
        charge = self._keep(
            id=f"ch_{next(self.numbers)}",
            object="charge",
            payment_intent=intent["id"],
            amount_refunded=0,
            metadata=intent["metadata"],
        )
        intent["latest_charge"] = charge["id"]
        if intent["capture_method"] == "manual":
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
        else:
            intent.update(status="succeeded", amount_received=intent["amount"])

    def _charge(self, params: Row) -> Row:
        assert (params["confirm"], params["off_session"]) == ("true", "true")
        known = {row["customer"] for row in self.intents()}
        if params["customer"] not in known:
            raise StripeError(400, "invalid_request_error", "resource_missing")
        intent = self._new_intent(
            amount=int(params["amount"]),
            currency=params["currency"],
            capture_method=params["capture_method"],
            setup_future_usage=None,
            customer=params["customer"],
            key=params["metadata[key]"],
        )
        self._confirm(intent, card=params["payment_method"])
        if self.declines:
            more = {"decline_code": self.declines, "payment_intent": dict(intent)}
            raise StripeError(402, "card_error", "card_declined", more)
        return intent

    def _expire(self, _params: Row, named: str) -> Row:
        if self.on_expire:
            self.on_expire(named)
        session = self._row(named)
        if session["status"] != "open":
            raise StripeError(400, "invalid_request_error", "checkout_session_not_open")
        session["status"] = "expired"
        if session["payment_intent"]:
            self.rows[session["payment_intent"]]["status"] = "canceled"
        return session

    def _capture(self, _params: Row, named: str) -> Row:
        intent = self._row(named)
        if intent["status"] != "requires_capture":
            raise StripeError(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent.update(status="succeeded", amount_received=intent["amount"], amount_capturable=0)
        return intent

    def _cancel(self, _params: Row, named: str) -> Row:
        intent = self._row(named)
        if intent["status"] in {"succeeded", "canceled"}:
            raise StripeError(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent.update(status="canceled", amount_capturable=0)
        if intent["latest_charge"]:  # Stripe counts what is let go as given back
            self.rows[intent["latest_charge"]]["amount_refunded"] = intent["amount"]
        return intent

    def _refund(self, params: Row) -> Row:
        intent = self._row(params["payment_intent"])
        if intent["status"] != "succeeded":
            raise StripeError(400, "invalid_request_error", "charge_not_refundable")
        charge, amount = self.rows[intent["latest_charge"]], int(params["amount"])
        if charge["amount_refunded"] + amount > intent["amount_received"]:
            raise StripeError(400, "invalid_request_error", "charge_already_refunded")
        charge["amount_refunded"] += amount
        return self._keep(
            id=f"re_{next(self.numbers)}",
            object="refund",
            amount=amount,
            payment_intent=intent["id"],
            charge=charge["id"],
            status="succeeded",
            metadata={
                name: params[f"metadata[{name}]"]
                for name in ("refund", "key")
                if f"metadata[{name}]" in params
            },
        )

    def _list_intents(self, params: Row) -> Row:
        mine = [row for row in self.intents() if row["customer"] == params["customer"]]
        return {"object": "list", "data": mine[::-1], "has_more": False}

    def _list_refunds(self, params: Row) -> Row:
        of = params["payment_intent"]
        mine = [row for row in self.refunds() if row["payment_intent"] == of]
        return {"object": "list", "data": mine[::-1], "has_more": False}

    def _show(self, params: Row, named: str) -> Row:
        row = dict(self._row(named))
        for wish in (value for name, value in params.items() if name.startswith("expand")):
            self._expand(row, wish.split("."))
        return row

    def _expand(self, row: Row, path: list[str]) -> None:
        if path == ["refunds"]:  # ten of them come along
            mine = [it for it in self.refunds() if it["charge"] == row["id"]][::-1]
            more = len(mine) > AT_MOST
            row["refunds"] = {"object": "list", "data": mine[:AT_MOST], "has_more": more}
        elif row.get(path[0]):
            row[path[0]] = dict(self.rows[row[path[0]]])
            if path[1:]:
                self._expand(row[path[0]], path[1:])

    def _row(self, named: str) -> Row:
        if named not in self.rows:
            raise StripeError(404, "invalid_request_error", "resource_missing")
        return self.rows[named]

    def _keep(self, **columns: Any) -> Row:
        self.rows[columns["id"]] = columns
        return columns


INTENT_DATA = ("capture_method", "setup_future_usage", "metadata][key")
