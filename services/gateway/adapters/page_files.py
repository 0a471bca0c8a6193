"""The files that browsers are sent, read once, and the playbook's part in them."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

from contracts.values import Stage
from playbook import Company, Playbook
from services.gateway.adapters.templating import template_environment
from services.gateway.ports import PageFile, WidgetFiles

_FOLDER = Path(__file__).parent
_BUILT = _FOLDER / "widget" / "built"
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


def load_widget(playbook: Playbook, *, offers_follow_up: bool = False) -> WidgetFiles:
    """The chat, which says who it speaks for, and may offer to remind its visitors by mail."""
    assets = {_hashed_name(path): _read(path) for path in (_BUILT / "panel.js", _BUILT / "panel.css")}
    script, style = assets
    panel = template_environment().get_template("panel.html")
    about = _about(playbook) | {"reminder": _reminder(playbook) if offers_follow_up else None}
    html = panel.render(about=about, script=script, style=style)
    return WidgetFiles(
        panel=_page_file(html.encode(), ".html"),
        assets=assets,
        loader=_read(_BUILT / "widget.js"),
        example=_files_in("widget/example"),
    )


def load_proposal_files() -> dict[str, PageFile]:
    """Every static file of the page of a proposal by name."""
    return _files_in("page")


def load_console() -> dict[str, PageFile]:
    """Every static file of the console by name, with the look that all pages share."""
    return _files_in("console") | {"look.css": _files_in("page")["look.css"]}


def _about(playbook: Playbook) -> dict[str, Any]:
    """What the panel has to know of the company."""
    spoken = {code: playbook.spoken_in(code) for code in playbook.language_names}
    return {
        "name": playbook.company.name,
        "botName": playbook.company.bot_name,
        "welcome": {code: _welcome(own.company) for code, own in spoken.items()},
        "links": playbook.booking.allowed_links,
        "singleUseLinks": playbook.booking.single_use_links,
        "stages": [stage.value for stage in Stage],
    }


def _reminder(playbook: Playbook) -> dict[str, Any]:
    """By language; under an empty name the company's own, for languages that the playbook has no file for."""
    own = {"": playbook} | {code: playbook.spoken_in(code) for code in playbook.language_names}
    return {code: spoken.mail.consent.of(playbook.company.name) for code, spoken in own.items()}


def _welcome(company: Company) -> dict[str, Any]:
    return {
        "disclosure": company.disclosure,
        "invitation": company.invitation,
        "openers": company.openers,
    }


def _files_in(folder: str) -> dict[str, PageFile]:
    paths = (path for path in (_FOLDER / folder).iterdir() if path.suffix in _MEDIA_TYPES)
    return {path.name: _read(path) for path in paths}


def _hashed_name(path: Path) -> str:
    return f"{path.stem}.{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"


def _read(path: Path) -> PageFile:
    return _page_file(path.read_bytes(), path.suffix)


def _page_file(body: bytes, suffix: str) -> PageFile:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # Without a time in it, every replica sends the same bytes.
    return PageFile(body, gzip.compress(body, mtime=0), _MEDIA_TYPES[suffix], etag)
