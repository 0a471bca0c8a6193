"""The files of the demo page, read once, and the playbook's part in it."""

import hashlib
import json
from pathlib import Path

from contracts.values import Stage
from playbook import Playbook
from services.gateway.ports import PageFile

_FOLDER = Path(__file__).parent / "page"
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


def load_page(playbook: Playbook) -> dict[str, PageFile]:
    """Every file by name, with `company.json` made of the playbook."""
    page = {
        path.name: _page_file(path.read_bytes(), _MEDIA_TYPES[path.suffix])
        for path in _FOLDER.iterdir()
        if path.suffix in _MEDIA_TYPES
    }
    page["company.json"] = _page_file(_company(playbook), "application/json")
    return page


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
