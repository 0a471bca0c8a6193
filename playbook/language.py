"""How a language writes lists, numbers and prices, and by which words it is recognised."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field, model_validator

from playbook.section import NonEmpty, Section, placeholders


class Counted(Section):
    """A number with what it counts: `{n} person` for one, `{n} people` for any other."""

    one: NonEmpty
    many: NonEmpty


class Language(Section):
    """One language: its BCP 47 primary tag, its name in English and in itself, and its spelling of figures.

    `recognised_by` are everyday words; a word may be listed by several languages and then weighs less. A
    translation that was made by a model has none.
    `joined_by` stands before the last of several things, `or_else` before the last of several choices.
    `by_first_name` says that a stranger may be called by the first name, as in a language with one form of
    address. `price` names the currency, because a bare `$` is not the same money everywhere. `quote` has the
    marks around words of somebody else.
    """

    code: str = Field(pattern="^[a-z]{2,3}$")
    name: NonEmpty
    own_name: NonEmpty
    recognised_by: tuple[NonEmpty, ...]
    joined_by: NonEmpty
    or_else: NonEmpty
    people: Counted
    hours: Counted
    thousands: str = Field(min_length=1, max_length=1)
    decimal: str = Field(min_length=1, max_length=1)
    price: NonEmpty
    quote: NonEmpty
    by_first_name: bool = False

    @model_validator(mode="after")
    def _figures_have_their_place(self) -> Self:
        if placeholders(self.price) != {"amount"}:
            raise ValueError(f"price {self.price!r} must hold {{amount}} and nothing else in braces")
        if placeholders(self.quote) != {"text"}:
            raise ValueError(f"quote {self.quote!r} must hold {{text}} and nothing else in braces")
        for counted in (self.people.one, self.people.many, self.hours.one, self.hours.many):
            if placeholders(counted) != {"n"}:
                raise ValueError(f"{counted!r} must hold {{n}} and nothing else in braces")
        return self

    def listed(self, items: Iterable[str]) -> str:
        """`a, b and c`."""
        return _joined(items, self.joined_by)

    def either(self, items: Iterable[str]) -> str:
        """`a, b or c`."""
        return _joined(items, self.or_else)

    def number(self, value: float) -> str:
        """A number as people write it: `6`, `2.5`, `1,250`."""
        text = f"{int(value):,}" if float(value).is_integer() else f"{value:,.10g}"
        return text.translate(str.maketrans(",.", self.thousands + self.decimal))

    def price_of(self, monthly_price_usd: int) -> str:
        """An amount of US dollars as people write it: `US$1,250`."""
        return self.price.format(amount=self.number(monthly_price_usd))

    def count(self, value: float, counted: Counted) -> str:
        """`1 person`, `22 people`."""
        return (counted.one if value == 1 else counted.many).format(n=self.number(value))


def _joined(items: Iterable[str], word: str) -> str:
    *others, last = items
    return f"{', '.join(others)} {word} {last}" if others else last
