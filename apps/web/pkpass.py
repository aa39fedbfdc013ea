"""A pass for the wallet of a phone (.pkpass): a zip of what it shows, the hashes of that, and a
signature over the hashes (ADR 44). What it says is for others to decide."""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CONTENT_TYPE = "application/vnd.apple.pkpass"
ICONS = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
"""What a phone shows beside a notice; their edges in pixels. The format asks for the first."""
THE_SAME_DAY = (2026, 1, 1, 0, 0, 0)
"""Two downloads of the same pass hold the same files."""

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the identifiers are those of the certificate. intermediate is the certificate of
    whoever issued it, which phones want beside it."""

    pass_type_id: str
    team_id: str
    certificate: "x509.Certificate" = field(repr=False)
    key: "RSAPrivateKey | EllipticCurvePrivateKey" = field(repr=False)
    intermediate: "x509.Certificate" = field(repr=False)

    def is_valid(self, at: datetime) -> bool:
        """Whether a phone takes what is signed at this instant (UTC)."""
        both = (self.certificate, self.intermediate)
        return all(it.not_valid_before_utc <= at <= it.not_valid_after_utc for it in both)


def build_pass(*, facts: Mapping[str, Any], colour: Rgb, signer: Signer) -> bytes:
    """Return the file: facts are pass.json but for who signs it, colour is that of the icons."""
    named = {
        "formatVersion": 1,
        "passTypeIdentifier": signer.pass_type_id,
        "teamIdentifier": signer.team_id,
    }
    files = {"pass.json": _as_json({**facts, **named})}
    files |= {name: draw_icon(edge, colour) for name, edge in ICONS.items()}
    # SHA-1 is what the format asks for; the signature over these hashes is SHA-256.
    hashes = {name: hashlib.sha1(it).hexdigest() for name, it in files.items()}  # noqa: S324
    files["manifest.json"] = _as_json(hashes)
    files["signature"] = _sign(files["manifest.json"], signer)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, THE_SAME_DAY), content)
    return packed.getvalue()


def _as_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _sign(manifest: bytes, signer: Signer) -> bytes:
    """A detached PKCS #7 signature with the time of signing and both certificates (RFC 2315)."""
    # Imported here: whoever has no certificate need not load it.
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7  # noqa: PLC0415

    signing = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
    signing = signing.add_signer(signer.certificate, signer.key, SHA256())
    signing = signing.add_certificate(signer.intermediate)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return signing.sign(Encoding.DER, options)


def draw_icon(edge: int, colour: Rgb) -> bytes:
    """A PNG of one colour, edge by edge pixels."""
    head = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * edge) * edge
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*it) for it in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + _crc(name + content)


def _crc(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))
