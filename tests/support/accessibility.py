"""What axe finds wrong in a document."""

from playwright.sync_api import Frame, Page

from tests.support.node_packages import axe

_AXE = """async () => (await axe.run(document, { resultTypes: ["violations", "incomplete"] }))
    .violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)"""


def faults_of(place: Page | Frame) -> list[str]:
    """Every violation, open roots included."""
    place.evaluate(axe())
    return place.evaluate(_AXE)
