"""What is worked out from a part of a playbook is worked out once for each part."""

from playbook import Company, once_for_each
from tests.support.playbooks import SHIPPED


def test_a_part_is_looked_at_once_and_its_equal_anew() -> None:
    seen: list[Company] = []

    @once_for_each
    def name_of(company: Company) -> str:
        seen.append(company)
        return company.name

    company = SHIPPED.company
    equal = company.model_copy()

    assert [name_of(part) for part in (company, equal, company, equal)] == [company.name] * 4
    assert [part is company for part in seen] == [True, False]
