"""A browser without pages, for real processes: cookies, CSRF tokens, and any header."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from django.test import Client


@dataclass(frozen=True)
class Response:
    status: int
    headers: HTTPMessage
    text: str


class Browser:
    """Sends requests, each on a new connection, and keeps cookies. Follows no redirects."""

    def __init__(self, url: str, client: Client | None = None, **headers: str) -> None:
        """`client` is a test client whose session is used. `headers` are sent with each request: X_Y sends X-Y."""
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()} if client else {}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def cookie(self) -> str:
        """The value of the Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def request(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None, timeout: float = 60
    ) -> Response:
        """Send a request. The names of `headers` are sent as they are."""
        connection = HTTPConnection(self.host, self.port, timeout=timeout)
        cookies = {"Cookie": self.cookie} if self.cookies else {}
        sent = {"Connection": "close", **cookies, **self.headers, **(headers or {})}
        try:
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            for value in response.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
            return Response(response.status, response.headers, response.read().decode(errors="replace"))
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None, timeout: float = 60) -> Response:
        return self.request("GET", path, "", headers, timeout)

    def post(
        self, path: str, data: dict[str, str], headers: dict[str, str] | None = None, timeout: float = 60
    ) -> Response:
        """Send a form. Gets a CSRF cookie first if there is none."""
        if not self._csrf_token():
            self.get("/accounts/login/")
        body = urlencode({"csrfmiddlewaretoken": self._csrf_token(), **data})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, body, form | (headers or {}), timeout)

    def _csrf_token(self) -> str:
        """Return the token in the cookie, whose name begins differently in each process."""
        return next((value for name, value in self.cookies.items() if name.endswith("-csrf")), "")

    def sign_in(self, email: str, password: str, headers: dict[str, str] | None = None) -> Response:
        return self.post("/accounts/login/", {"login": email, "password": password}, headers)
