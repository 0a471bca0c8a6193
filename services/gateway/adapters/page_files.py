"""The files of the pages, read once, and the playbook's part in the demo page."""

import hashlib
import json
from pathlib import Path

from contracts.values import Stage
from playbook import Playbook
from services.gateway.ports import PageFile

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


def load_page(playbook: Playbook) -> dict[str, PageFile]:
    """Every file of the demo page by name, with `company.json` made of the playbook."""
    return _files_in("page") | {"company.json": _page_file(_company(playbook), "application/json")}


def load_console() -> dict[str, PageFile]:
    """Every static file of the console by name, with the look that all pages share."""
    return _files_in("console") | {"look.css": _files_in("page")["look.css"]}


def _files_in(folder: str) -> dict[str, PageFile]:
    return {
        path.name: _page_file(path.read_bytes(), _MEDIA_TYPES[path.suffix])
        for path in (_FOLDER / folder).iterdir()
        if path.suffix in _MEDIA_TYPES
    }


def _company(playbook: Playbook) -> bytes:
    company = {
        "name": playbook.company.name,
        "botName": playbook.company.bot_name,
        "disclosure": playbook.company.disclosure,
        "links": playbook.booking.allowed_links,
        "singleUseLinks": playbook.booking.single_use_links,
        "stages": [stage.value for stage in Stage],
    }
    return json.dumps(company).encode()


def _page_file(body: bytes, media_type: str) -> PageFile:
    return PageFile(body, media_type, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"')
