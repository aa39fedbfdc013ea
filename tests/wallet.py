"""A throw-away certificate for passes, with whoever issued it, as files."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tests.clock import NOW

PASS_TYPE_ID, TEAM_ID, PASSWORD = "pass.example.book.bookings", "A1B2C3D4E5", "open sesame"
DAY = timedelta(days=1)


def name(common: str, **more: str) -> x509.Name:
    oids = {"uid": NameOID.USER_ID, "unit": NameOID.ORGANIZATIONAL_UNIT_NAME}
    said = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    return x509.Name([*said, *(x509.NameAttribute(oids[it], value) for it, value in more.items())])


def make_files(folder: Path, *, ends: datetime = NOW + 3000 * DAY) -> dict[str, str]:
    """Write certificate, key and issuer; return the environment that names them."""
    above, key = (rsa.generate_private_key(65537, 2048) for _it in range(2))
    issuer, mine = name("Issuer of passes"), name("Pass", uid=PASS_TYPE_ID, unit=TEAM_ID)

    def signed(subject: x509.Name, of: rsa.RSAPrivateKey, *, is_ca: bool) -> bytes:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        builder = builder.public_key(of.public_key()).serial_number(1 + is_ca)
        builder = builder.not_valid_before(NOW - 3000 * DAY).not_valid_after(ends)
        basic = x509.BasicConstraints(ca=is_ca, path_length=None)
        builder = builder.add_extension(basic, critical=True)
        return builder.sign(above, hashes.SHA256()).public_bytes(Encoding.PEM)

    def kept(file: str, content: bytes) -> str:
        (folder / file).write_bytes(content)
        return str(folder / file)

    locked = BestAvailableEncryption(PASSWORD.encode())
    pem, shape = Encoding.PEM, PrivateFormat.PKCS8
    kept("open.key", key.private_bytes(pem, shape, NoEncryption()))
    kept("other.key", above.private_bytes(pem, shape, NoEncryption()))
    return {
        "WALLET_PASS_TYPE_ID": PASS_TYPE_ID,
        "WALLET_TEAM_ID": TEAM_ID,
        "WALLET_CERTIFICATE": kept("pass.pem", signed(mine, key, is_ca=False)),
        "WALLET_KEY": kept("pass.key", key.private_bytes(pem, shape, locked)),
        "WALLET_KEY_PASSWORD": PASSWORD,
        "WALLET_INTERMEDIATE": kept("issuer.pem", signed(issuer, above, is_ca=True)),
    }
