"""Who wrote a proposal, for machines: schema.org's terms, and those of the IPTC for digital sources in them.

https://schema.org/digitalSourceType, https://cv.iptc.org/newscodes/digitalsourcetype/
"""

from collections.abc import Mapping
from typing import Any, Final

from contracts.values import Origin
from services.gateway.domain.proposal_page import ProposalPage

# A model's words stand among the visitor's own and the company's; a template needs no training.
_SOURCE_TYPES: Final[Mapping[Origin, str]] = {
    "model": "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
    "playbook": "https://schema.org/AlgorithmicMediaDigitalSource",
}


def linked_data(page: ProposalPage) -> dict[str, Any]:
    """The JSON-LD of a proposal's page."""
    company = {"@type": "Organization", "name": page.company, "url": page.website}
    assistant = {"@type": "SoftwareApplication", "name": page.bot_name, "provider": company}
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "name": page.proposal.agent_name,
        "inLanguage": page.lines.language,
        "version": page.revision,
        "dateCreated": page.drafted_on.isoformat(),
        "publisher": company,
        "creator": assistant if page.written_by == "model" else company,
        "creditText": page.footer,
    }
    source_type = _SOURCE_TYPES.get(page.written_by)
    return data if source_type is None else {**data, "digitalSourceType": source_type}
