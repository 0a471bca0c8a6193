"""Small words for building patterns, so that they read as lists of what people say."""

import re


def either(alternatives: str) -> str:
    """`a, b, c` as a pattern for any of the three; an alternative may be a pattern itself."""
    return f"(?:{'|'.join(alternative.strip() for alternative in alternatives.split(','))})"


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern that matches where any of these does, whatever the capitals."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def each_of(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """The patterns one by one, in the order they are to be tried."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
