"""The fact sheet: everything that may be said about the company, its offer and its terms."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from playbook.section import NonEmpty, Section


class Fact(Section):
    """One thing that is true of the company, in sentences that a visitor may read.

    `id` is how a model cites it. `is_example` marks what the owner has not confirmed yet: it is used on a
    laptop, and a production start refuses it. `of_the_work` says that it tells what an agent can do, which is
    what a draft of a proposal is written by.
    """

    id: NonEmpty = Field(pattern=r"^[a-z][a-z_]*$")
    says: NonEmpty
    is_example: bool = False
    of_the_work: bool = False


class FactSheet(Section):
    """All facts, in the order in which a model reads them. A playbook writes them as a mapping by id."""

    facts: tuple[Fact, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _from_mapping(cls, raw: object) -> object:
        if isinstance(raw, Mapping) and all(isinstance(fact, Mapping) for fact in raw.values()):
            return {"facts": [{**fact, "id": fact_id} for fact_id, fact in raw.items()]}
        return raw

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [fact.id for fact in self.facts]
        if len(set(ids)) < len(ids):
            raise ValueError("two facts have the same id")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of every fact."""
        return tuple(fact.id for fact in self.facts)

    @property
    def of_the_work(self) -> tuple[Fact, ...]:
        """What an agent can do; every fact where none says that it tells this."""
        return tuple(fact for fact in self.facts if fact.of_the_work) or self.facts

    def fact(self, fact_id: str) -> Fact | None:
        """The fact with this id."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)

    @property
    def examples(self) -> tuple[str, ...]:
        """The ids of the facts that nobody confirmed."""
        return tuple(fact.id for fact in self.facts if fact.is_example)
