"""What proves that somebody reads the mailbox whose data they ask for: the link of one mail, made
from its row and our key, of which only the hash is kept (rule S24)."""

import hashlib
from base64 import urlsafe_b64encode

from django.utils.crypto import salted_hmac

from apps.privacy.models import DataRequest

SALT = "apps.privacy.link"


def token_of(asked: DataRequest) -> str:
    """What the link of its mail ends in, 256 bits: the same at every attempt to send it."""
    digest = salted_hmac(SALT, f"{asked.pk}:{asked.form_key}", algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(f"privacy:{token}".encode()).hexdigest()
