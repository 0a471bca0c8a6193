"""The website of a company on an origin of its own, whose pages embed the widget from another."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from devstack.ports import LOOPBACK, free_port

SITES = Path(__file__).resolve().parents[1] / "e2e" / "widget" / "sites"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
# The page that a kind has in common with another; `waiting` runs the widget's script before it reads on.
_SHOWN_AS = {"isolated": "strict", "waiting": "plain"}
_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}


class HostSite:
    """Pages at `/<kind>/<name>`; what a request's query names becomes attributes of the embedded line."""

    def __init__(self, widget_url: str, scripts: Mapping[str, bytes]) -> None:
        """`scripts` are served below `/vendor/`."""
        self.url = f"http://localhost:{free_port()}"
        self.reports: list[str] = []
        self._widget_url = widget_url
        self._scripts = scripts

    def at(self, path: str, **attributes: str) -> str:
        """The address of a page that embeds the widget with these `data-` attributes."""
        return f"{self.url}/{path}?{urlencode(attributes)}"

    def answer(self, address: str) -> tuple[dict[str, str], bytes] | None:
        """The headers and the body of a page or file; None where there is none."""
        parts = urlsplit(address)
        kind, _, name = parts.path.strip("/").partition("/")
        if kind == "vendor":
            return _headers(".js"), self._scripts[name]
        if (SITES / kind).suffix == ".css":
            return _headers(".css"), (SITES / kind).read_bytes()
        shown = SITES / f"{_SHOWN_AS.get(kind, kind)}.html"
        if not shown.is_file():
            return None
        page = shown.read_text(encoding="utf-8").replace("{{page}}", escape(name))
        snippet = self._snippet(dict(parse_qsl(parts.query)))
        page = page.replace("{{snippet}}", snippet.replace(" async", "") if kind == "waiting" else snippet)
        return _headers(".html") | self._policies(kind), page.encode()

    def _snippet(self, attributes: Mapping[str, str]) -> str:
        given = "".join(f' data-{name}="{escape(value)}"' for name, value in attributes.items())
        return f'<script async src="{self._widget_url}/widget.js"{given}></script>'

    def _policies(self, kind: str) -> dict[str, str]:
        if kind not in {"strict", "isolated"}:
            return {}
        policy = (
            f"default-src 'self'; script-src {self._widget_url} 'self'; frame-src {self._widget_url}; "
            "style-src 'self'; report-uri /csp-report"
        )
        return {"Content-Security-Policy": policy} | (_ISOLATED if kind == "isolated" else {})


def _headers(suffix: str) -> dict[str, str]:
    return {"Content-Type": _TYPES[suffix], "Cross-Origin-Resource-Policy": "same-origin"}


@contextmanager
def running_host_site(widget_url: str, scripts: Mapping[str, bytes]) -> Iterator[HostSite]:
    site = HostSite(widget_url, scripts)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # A browser asks for an icon, which no page has.
            status = 204 if self.path == "/favicon.ico" else 404
            answer = site.answer(self.path)
            headers, body = answer or ({"Content-Type": "text/plain"}, b"")
            self.send_response(200 if answer else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            site.reports.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: a browser asks for much."""

    server = ThreadingHTTPServer((LOOPBACK, urlsplit(site.url).port or 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join(10)
