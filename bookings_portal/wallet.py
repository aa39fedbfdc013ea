"""Who signs passes for the wallet of a phone, judged at start. No sentence here repeats a
password. Without a certificate nobody is offered a pass."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from bookings_portal.env import BadSetting

if TYPE_CHECKING:
    from cryptography import x509

    from apps.web.pkpass import Signer

PASS_TYPE_ID = re.compile(r"pass(\.[A-Za-z0-9-]+){2,}")
TEAM_ID = re.compile(r"[A-Z0-9]{10}")
NAMES = (
    *("WALLET_PASS_TYPE_ID", "WALLET_TEAM_ID"),
    *("WALLET_CERTIFICATE", "WALLET_KEY", "WALLET_INTERMEDIATE"),
)


def read_wallet() -> "Signer | None":
    """WALLET_PASS_TYPE_ID, WALLET_TEAM_ID, and the PEM files WALLET_CERTIFICATE, WALLET_KEY (with
    WALLET_KEY_PASSWORD) and WALLET_INTERMEDIATE: all of them, or none.

    Raises:
        BadSetting: with a sentence; a key of another certificate is one too. A certificate that has
            run out stops nothing: no pass is offered then.
    """
    given = {name: os.environ.get(name, "").strip() for name in NAMES}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise BadSetting(f"Passes for a wallet need {', '.join(missing)} as well, or none of them.")
    _require_shape("WALLET_PASS_TYPE_ID", PASS_TYPE_ID, "pass.com.example.bookings")
    _require_shape("WALLET_TEAM_ID", TEAM_ID, "10 capital letters and digits")
    return _read_signer(given)


def _require_shape(name: str, shape: re.Pattern[str], example: str) -> None:
    value = os.environ[name].strip()
    if not shape.fullmatch(value):
        raise BadSetting(f"{name} must look like {example}; it is {value!r}.")


def _read_signer(given: dict[str, str]) -> "Signer":
    # Imported here: whoever has no certificate need not load them.
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    from apps.web.pkpass import Signer  # noqa: PLC0415

    password = os.environ.get("WALLET_KEY_PASSWORD", "").encode() or None
    content = _content("WALLET_KEY")
    try:
        key = load_pem_private_key(content, password)
    except (ValueError, TypeError) as error:
        raise BadSetting(
            "WALLET_KEY must be a private key in PEM, and WALLET_KEY_PASSWORD its password where "
            "it has one."
        ) from error
    certificate = _certificate("WALLET_CERTIFICATE")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or (
        key.public_key() != certificate.public_key()
    ):
        raise BadSetting("WALLET_KEY is not the key of WALLET_CERTIFICATE.")
    _require_named("WALLET_PASS_TYPE_ID", "0.9.2342.19200300.100.1.1", certificate)
    _require_named("WALLET_TEAM_ID", "2.5.4.11", certificate)
    return Signer(
        pass_type_id=given["WALLET_PASS_TYPE_ID"],
        team_id=given["WALLET_TEAM_ID"],
        certificate=certificate,
        key=key,
        intermediate=_certificate("WALLET_INTERMEDIATE"),
    )


def _certificate(name: str) -> "x509.Certificate":
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    content = _content(name)
    try:
        return load_pem_x509_certificate(content)
    except ValueError as error:
        raise BadSetting(f"{name} must be a certificate in PEM.") from error


def _content(name: str) -> bytes:
    path = Path(os.environ[name].strip()).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSetting(f"{name} {path} cannot be read: {error.strerror}.") from error


def _require_named(name: str, oid: str, certificate: "x509.Certificate") -> None:
    """The certificate names pass type and team; a phone refuses a pass with others."""
    from cryptography.x509 import ObjectIdentifier  # noqa: PLC0415

    value = os.environ[name].strip()
    said = certificate.subject.get_attributes_for_oid(ObjectIdentifier(oid))
    if value not in {it.value for it in said}:
        raise BadSetting(f"{name} is not the one of WALLET_CERTIFICATE; it is {value!r}.")
