"""Django settings: one file, the environment decides.

An https PORTAL_ORIGIN means production. Everything that reads or judges a variable lives in
`env`, `databases` and `mail`; everything a browser is told about safety lives in `security`.
"""

import os
from pathlib import Path

from bookings_portal import env, mail, payments, security
from bookings_portal.databases import Process, parse_database_url
from bookings_portal.env import pin_time_zones
from bookings_portal.request_log import logging_config
from bookings_portal.wallet import read_wallet

pin_time_zones()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.read_data_dir(base=BASE_DIR)

ORIGIN = env.read_origin()
PORTAL_ORIGIN = ORIGIN.url
DEBUG = env.read_flag("DEBUG", default=False)
DEMO = env.read_flag("DEMO", default=not ORIGIN.is_https)
SECRET_KEY = env.read_secret_key(origin=ORIGIN, data_dir=DATA_DIR)
ALLOWED_HOSTS = env.read_hosts(origin=ORIGIN)
OPERATOR_PATH = env.read_operator_path()
TRUSTED_PROXY_COUNT = env.read_number("TRUSTED_PROXY_COUNT", default=0, most=9)
if DEBUG and ORIGIN.is_https:
    raise env.BadSetting("DEBUG shows secrets to visitors: unset it when PORTAL_ORIGIN is https.")

PAYMENT_PROVIDER = env.read_payment_provider(origin=ORIGIN)
_stripe = payments.read_stripe(provider=PAYMENT_PROVIDER, origin=ORIGIN)
STRIPE_SECRET_KEY = _stripe.secret_key
STRIPE_WEBHOOK_SECRETS = _stripe.webhook_secrets
STRIPE_API_BASE = _stripe.api_base
WALLET = read_wallet()

ROOT_URLCONF = "bookings_portal.urls"
WSGI_APPLICATION = "bookings_portal.wsgi.application"

INSTALLED_APPS = [
    "bookings_portal",
    "apps.web",
    "apps.outbox",
    "apps.businesses",
    "apps.customers",
    "apps.catalog",
    "apps.availability",
    "apps.bookings",
    "apps.classes",
    "apps.waitlists",
    "apps.checkout",
    "apps.prepaid",
    "apps.privacy",
    "apps.messages",
    "apps.self_service",
    "apps.dashboard",
    "apps.ledger",
    "apps.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "bookings_portal.apps.FlashMessagesConfig",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "bookings_portal.request_log.log_requests",
    "django.middleware.security.SecurityMiddleware",
    "bookings_portal.security.add_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages only: static files are compressed already. Random padding and masked CSRF tokens keep
    # the length of a page from telling its secrets (ADR 10).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.web.middleware.drop_broken_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bookings_portal.sessions.end_idle_sign_ins",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.web.middleware.RefusalMiddleware",
    "bookings_portal.clock.refuse_to_sell",
    "apps.web.middleware.SectionGuardMiddleware",
]
CSRF_FAILURE_VIEW = "apps.web.refusals.csrf_failure"
# Every view below the prefix says who may use it, or it does not answer (apps.web.middleware).
GUARDED_SECTIONS = {"/own/": "apps.dashboard.access.admit"}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ---------------------------------------------------------------------------------------- storage
DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"
DATABASES = {
    "default": parse_database_url(
        DATABASE_URL,
        base=BASE_DIR,
        process=Process(
            is_web=os.environ.get("PORTAL_PROCESS") == "web",
            pool_size=env.read_number("DATABASE_POOL", default=0, most=200),
        ),
    )
}
CHECKS_CLOCK = True  # tests stop the clock of their process, not that of the database
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counters of the rate limits, shared by every process; the table comes from our own migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# ------------------------------------------------------------------------------------ static files
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# ------------------------------------------------------------------------------- language and time
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

# -------------------------------------------------------------------------------------------- mail
globals().update(mail.parse_email_url(os.environ.get("EMAIL_URL", ""), data_dir=DATA_DIR))
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", f"bookings@{ORIGIN.host.strip('[]')}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ----------------------------------------------------------------------------------------- sign-in
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/own/"
ACCOUNT_ADAPTER = "bookings_portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # required by a check; there is no sign-up page
ACCOUNT_EMAIL_VERIFICATION = "none"  # owners are invited, they do not sign up
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody writes to strangers, who have no sign-up anyway
ACCOUNT_FORMS = {
    "login": "bookings_portal.accounts.SignInForm",
    "reset_password": "bookings_portal.accounts.ForgottenPasswordForm",
    "change_password": "bookings_portal.accounts.NewPasswordForm",
}
PASSWORD_RESET_TIMEOUT = 30 * 60 - 1  # seconds; Django takes a key for one second more
ACCOUNT_RATE_LIMITS = {
    "login": "50/h/ip",
    "login_failed": "5/15m/key",
    "reset_password": None,  # counted by us, who know how long the wait is
    # Who guesses here is counted as at the sign-in; these keep machines from being busy with it.
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "reset_password_from_key": "20/m/ip",
}
RATE_LIMIT_SCALE = env.read_number("RATE_LIMIT_SCALE", default=1, most=1_000_000)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Booking portal"
MFA_ALLOW_UNVERIFIED_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# ----------------------------------------------------------------------------- browsers and logging
globals().update(
    security.browser_settings(origin=ORIGIN, proxies=TRUSTED_PROXY_COUNT, pays_at=_stripe.pays_at)
)
LOGGING = logging_config(level=env.read_log_level(), as_text=DEBUG)
