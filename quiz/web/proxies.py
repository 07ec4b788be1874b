"""For whom a proxy asks: believed only of the proxies that the installation names, since anybody can write these headers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from quiz.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Trusting:
    """A WSGI application in which the caller is whoever the named proxies say, and https is what browsers speak to them.

    From right to left, the first address of X-Forwarded-For that is none of ours is the caller: what stands left of it the caller may have written.
    The headers stay where they are, so that a request that came through a proxy can be told from one of this machine itself.
    """

    def __init__(self, application: WSGIApplication, proxies: Sequence[Network]) -> None:
        self._application = application
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        self.trust(environ)
        return self._application(environ, start_response)

    def trust(self, environ: WSGIEnvironment) -> None:
        """Write into a request who it is from and how it came; to do so again changes nothing."""
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._caller(environ)
            if environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
                environ["wsgi.url_scheme"] = "https"

    def _caller(self, environ: WSGIEnvironment) -> str:
        caller: str = environ["REMOTE_ADDR"]
        for address in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            try:
                caller = str(ip_address(address.strip()))
            except ValueError:  # nobody's, or not written by our proxies: the last one that is somebody's counts
                break
            if not self._is_ours(caller):
                break
        return caller

    def _is_ours(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)
