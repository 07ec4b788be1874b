"""What every reply tells the browser: what it may load and where, and that nothing of ours is kept."""

from __future__ import annotations

from quiz.settings import Settings

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def headers_for(settings: Settings) -> dict[str, str]:
    """Return the headers that every reply of an installation has."""
    return HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if settings.secure else {})
