"""Which topics of the vocabulary may be about our terms, so that no code alone lets them pass."""

# What the company, its offer and its terms are told with.
OURS = frozenset(("us", "agent", "demo", "tier", "tier_name", "company_name", "colleague"))
TRADE = frozenset(
    (
        "free", "discount", "refund", "guarantee", "trial", "price", "foreign", "dollar", "contract",
        "cancel", "notice", "anytime", "setup", "tax", "eu", "usa", "certified", "limited", "contact",
        "human", "machine", "country", "unbound", "card", "ready", "version", "integration", "engineer",
        "data", "store", "server", "train", "share", "secure", "reference", "mistake", "save", "soon",
        "company", "grant", "give", "receive", "language", "transcript", "review", "secret", "include",
        "link", "video", "absolute", "tentative", "invoice", "phone", "paper", "portion",
    )
)  # fmt: skip
TIMES = frozenset(("month", "week", "day", "hour", "minute", "year"))
