"""The text that says where everything is."""

from devstack import ports
from devstack.data_dir import DataDir
from devstack.infra import Infra
from devstack.settings import RunSettings

_WIDTH = 78


def conversation_mode(settings: RunSettings) -> str:
    """Whether a language model or the playbook answers."""
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return "guided (no OPENAI_API_KEY is set)"
    return f"{settings.openai_model} at {settings.openai_base_url or 'api.openai.com'}"


def banner(settings: RunSettings, data: DataDir, infra: Infra, api_key: str) -> str:
    """The addresses and the next commands, shown once everything runs."""
    url = f"http://{ports.LOOPBACK}:{settings.gateway_port}"
    default_port: int = RunSettings.model_fields["gateway_port"].default
    elsewhere = f" --url {url}" if settings.gateway_port != default_port else ""
    ops_port = settings.ops_port or settings.gateway_port
    operations = f"http://{ports.LOOPBACK}:{ops_port}"
    # On a laptop only: a gateway that visitors reach has them on OPS_PORT or not at all.
    note = "" if settings.ops_port else "  (here on the page's port; OPS_PORT moves both)"
    rows = {
        "Demo page": f"{url}/",
        "Widget": f"{url}/widget/example  (a website that embeds it)",
        "API docs": f"{operations}/docs",
        "Metrics": f"{operations}/metrics{note}",
        "API key": f"{api_key}  (Authorization: Bearer ...)",
        "In a terminal": f".venv/bin/salesbot chat{elsewhere}",
        "Conversation": conversation_mode(settings),
        "Broker": infra.broker_name,
        "Database": infra.database_name,
        "Cache": infra.cache_name,
        "Logs": str(data.logs),
    }
    lines = [f"  {title:<14} {text}" for title, text in rows.items()]
    rule = "─" * _WIDTH
    return "\n".join(["", rule, *lines, "", "  Ctrl-C stops everything.", rule])
