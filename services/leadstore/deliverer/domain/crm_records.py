"""A lead as a CRM holds it: a contact, and a deal that belongs to it."""

from dataclasses import dataclass
from typing import Final

from contracts.events import LeadChanged
from contracts.values import Lead, LeadStatus, Slot
from services.leadstore.deliverer.domain.delivery import Delivery

KEY_PROPERTY: Final = "salesbot_conversation_id"
Properties = dict[str, str]


@dataclass(frozen=True, slots=True)
class CrmRecords:
    """The properties of both; what is not known is left out, so that nothing is overwritten with nothing."""

    key: str
    contact: Properties
    deal: Properties


def crm_records_of(delivery: Delivery) -> CrmRecords | None:
    """What a CRM is told; None while nobody could follow the lead up: it is not filled with strangers."""
    lead = LeadChanged.model_validate(dict(delivery.state.data)).lead
    if not _is_worth_following(lead):
        return None
    key, profile = str(lead.conversation_id), lead.profile
    name = _text(profile.name)
    first, _, last = name.rpartition(" ")
    contact = {
        "email": _text(profile.contact_email),
        "phone": _text(profile.contact_phone),
        "firstname": first,
        # Without a name it still has one, or it could not be found in a list.
        "lastname": last or ("" if profile.contact_email else f"Lead {key[:8]}"),
        "company": _text(profile.business_type),
    }
    deal = {
        "dealname": " · ".join(filter(None, (name, _text(profile.business_type)))) or f"Lead {key[:8]}",
        "amount": str(lead.tier.monthly_price_usd) if lead.tier else "",
        "description": _description(lead),
        "salesbot_status": lead.closed or lead.status.value,
        "salesbot_score": str(lead.score.points) if lead.score else "",
    }
    return CrmRecords(key, _known(contact), _known(deal))


def _is_worth_following(lead: Lead) -> bool:
    can_be_reached = lead.profile.contact_email is not None or lead.profile.contact_phone is not None
    is_qualified = lead.score is not None and lead.score.is_qualified
    return can_be_reached or is_qualified or lead.wants_person or lead.status is LeadStatus.BOOKED


def _description(lead: Lead) -> str:
    """What the sales team reads first: the reasons of the score, each with the visitor's words."""
    reasons = lead.score.reasons if lead.score else ()
    lines = [f"{each.says}: “{each.quote}”" if each.quote else each.says for each in reasons]
    return "\n".join([*lines, *([f"Demo: {lead.demo_at.isoformat()}"] if lead.demo_at else [])])


def _text(slot: Slot[str] | None) -> str:
    return slot.value if slot is not None else ""


def _known(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if value}
