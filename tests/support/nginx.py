"""A reverse proxy as operators put it in front: buffering as it comes, gzip for every type."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from devstack import ports
from devstack.child import Child

_CONFIGURATION = """
daemon off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    gzip on;
    gzip_types *;
    gzip_min_length 0;
    gzip_proxied any;
    server {{
        listen {host}:{port};
        location / {{
            proxy_pass {upstream};
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


def find_nginx() -> str | None:
    """The program, None when there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Nginx(Child):
    """Answers on `url` with what `upstream` answers."""

    def __init__(self, program: str, upstream: str, folder: Path) -> None:
        super().__init__("nginx", folder)
        self._port = ports.free_port()
        self._program, self._upstream, self._folder = program, upstream, folder
        self.url = f"http://{ports.LOOPBACK}:{self._port}"

    def prepare(self) -> None:
        written = _CONFIGURATION.format(host=ports.LOOPBACK, port=self._port, upstream=self._upstream)
        (self._folder / "nginx.conf").write_text(written, encoding="utf-8")

    def command(self) -> Sequence[str]:
        return [self._program, "-p", str(self._folder), "-c", "nginx.conf", "-e", "stderr"]

    def is_ready(self) -> bool:
        return ports.accepts(self._port)
