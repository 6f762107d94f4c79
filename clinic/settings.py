"""All settings, read from the environment; docs/server.md lists every variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from clinic.address import default_site_url
from clinic.keys import data_dir, keys_file

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_dir()
env.read_env(keys_file())  # the environment wins over the file


def required_key(name: str) -> str:
    """A secret that has no default: say how to get one instead of starting without."""
    value: str = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: run `python -m clinic.keys` once, or set it in the environment."
        )
    return value


SECRET_KEY = required_key("SECRET_KEY")
LINK_KEY = required_key("LINK_KEY")
# A comma that was left behind when an old key was removed names no key.
FIELD_KEYS = [key.strip() for key in required_key("FIELD_KEYS").split(",") if key.strip()]
BACKUP_KEY = env.str("BACKUP_KEY", "")  # the site runs without; `manage.py backup` does not

# Where the site is reached. https switches on everything that belongs to it.
SITE_URL = (env.str("SITE_URL", "") or default_site_url()).rstrip("/")
SITE_SCHEME = urlsplit(SITE_URL).scheme
SITE_HOST = urlsplit(SITE_URL).hostname or ""
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]", "::1"]
IS_LOOPBACK = SITE_HOST in LOOPBACK_HOSTS
IS_HTTPS = SITE_SCHEME == "https"
# How many proxies in front of this server are ours and write X-Forwarded-For and -Proto.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = [f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST, *LOOPBACK_HOSTS]

INSTALLED_APPS = [
    "booking",
    "content",
    "clinic.apps.ClinicConfig",
    "clinic.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "crispy_forms",
    "content_editor",
    "django_prose_editor",
    "phonenumber_field",
    "clinic.apps.SignInConfig",
    "django_otp",
    "clinic.apps.AuthenticatorConfig",
    "clinic.apps.RecoveryCodesConfig",
    "django_http_compression",
]

MIDDLEWARE = [
    "clinic.middleware.SecurityHeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "clinic.middleware.UnavailableMiddleware",
    "clinic.middleware.PathLanguageMiddleware",
    "clinic.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

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
                "django.template.context_processors.csp",
                "clinic.context_processors.clinic",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ("forms",)
CRISPY_TEMPLATE_PACK = "forms"


def named_database(url: str) -> dict[str, Any]:
    # Refused without repeating the address, which may hold a password.
    refusal = "DATABASE_URL is not an address like postgres://user:password@host:5432/name."
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(refusal)
    try:
        config: dict[str, Any] = env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(refusal) from None
    return config


def database() -> dict[str, Any]:
    """SQLite in the data folder, or what DATABASE_URL names."""
    url = env.str("DATABASE_URL", "")
    sqlite = {"ENGINE": "django.db.backends.sqlite3"}
    config: dict[str, Any] = named_database(url) if url else dict(sqlite)
    if config["ENGINE"] == "django.db.backends.postgresql":
        config["HOST"] = unquote(config["HOST"])  # a socket's folder is written %2Frun%2Fpostgresql
        # The pool doubles its pauses while the database is away. After two seconds it gives up, and
        # the next visitor tries anew: so the site is back as soon as its database.
        pool = {"min_size": 1, "timeout": 5, "reconnect_timeout": 2}
        pool["max_size"] = env.int("DATABASE_POOL", 12)
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": pool, "connect_timeout": 5}
        config["CONN_HEALTH_CHECKS"] = True
        return config
    config.setdefault("NAME", DATA_DIR / "clinic.sqlite3")
    # IMMEDIATE takes the write lock at BEGIN, so that no transaction fails half-way to it.
    config["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.int("SQLITE_TIMEOUT", 20),
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    config["CONN_MAX_AGE"] = None
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "clinic.User"
SESSION_ENGINE = "clinic.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# What the desk replies names patients: it is kept here, and in no cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"


def mailer() -> dict[str, Any]:
    """SMTP by EMAIL_URL; without it, files in the data folder and the admin's message pages."""
    url = env.str("EMAIL_URL", "")
    if not url:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"BACKEND": backend, "OPTIONS": {"file_path": str(DATA_DIR / "mail")}}
    parts = env.email_url_config(url)
    return {
        "BACKEND": parts["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": parts["EMAIL_HOST"],
            "port": parts["EMAIL_PORT"] or 25,
            "username": parts["EMAIL_HOST_USER"] or "",
            "password": parts["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": bool(parts.get("EMAIL_USE_TLS")),
            "use_ssl": bool(parts.get("EMAIL_USE_SSL")),
            "timeout": 20,
        },
    }


MAILERS = {"default": mailer()}
SENDS_MAIL = bool(env.str("EMAIL_URL", ""))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"clinic@{SITE_HOST or 'localhost'}")

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "clinic.backends.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "clinic.passwords.WellKnownPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# A page of the staff that nobody touches for so long asks for the password again.
STAFF_IDLE = timedelta(minutes=env.int("STAFF_IDLE_MINUTES", 30))
SECOND_FACTOR_GOOD_FOR = timedelta(hours=12)
# Throttled by account and address together: a stranger elsewhere locks nobody out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "clinic.limits.signing_in_as"
AXES_CLIENT_IP_CALLABLE = "clinic.limits.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["clinic.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # what is shown is always converted to the zone of a clinic's location
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.staticfiles.BundledStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
WHITENOISE_MAX_AGE = 60

SECURE_CSP = {
    "default-src": [CSP.NONE],
    # The nonce is only written where a page asks for one: the editors of the admin do.
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_AGE = None  # as long as the browser stays open, like the session's
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.views.csrf_failure"
if IS_HTTPS:
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    # Subdomains and the browsers' preload list are the domain owner's to decide, not ours.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = [
    "clinic.uploads.AtMost",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "hide_links": {"()": "clinic.logs.HideLinks"},
        "one_line_refusals": {"()": "clinic.logs.OneLineRefusals"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_links", "one_line_refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"booking": {"level": "INFO"}, "clinic": {"level": "INFO"}},
}
