"""Links as attackers write them, for every place that decides whether a link is ours."""

from hypothesis import strategies as st

PREFIXES = ("https://calendly.com/instaagents", "https://instaagents.example")

OURS = (
    "https://calendly.com/instaagents",
    "https://calendly.com/instaagents/",
    "https://calendly.com/instaagents/discovery-demo?name=Grace%20Hopper&utm_content=7",
    "https://calendly.com/instaagents/d%C3%A9mo#times",
    "HTTPS://Calendly.COM/instaagents/30min",
    "https://instaagents.example",
    "https://instaagents.example/?x=1/../",
    "https://instaagents.example/any/path",
)
NOT_OURS = (
    "https://calendly.com/instaagents/../evilcorp/30min",
    "https://calendly.com/instaagents/%2e%2e/evilcorp/30min",
    "https://calendly.com/instaagents/.%2E/evilcorp/30min",
    "https://calendly.com/instaagents/%252e%252e/evilcorp",
    "https://calendly.com/instaagents/..%2fevilcorp",
    "https://calendly.com/instaagents/..%5cevilcorp",
    "https://calendly.com/instaagents/..;/evilcorp",
    "https://calendly.com/instaagents/..;x=1/evilcorp",
    "https://calendly.com/instaagents//..//evilcorp",
    "https://calendly.com/instaagents/./demo",
    "https://calendly.com/instaagents\\..\\evilcorp",
    "https://calendly.com/instaagents/\t../evilcorp",
    "https://calendly.com/insta\nagents/demo",
    "https://calendly.com/instaagents/%00../evilcorp",
    "https://calendly.com/instaagents/%c0%ae%c0%ae/evilcorp",
    "https://calendly.com/instaagents-evil/demo",
    "https://calendly.com/instaagents;/demo",
    "https://calendly.com/Instaagents/demo",
    "https://calendly.com/evilcorp/../instaagents/demo",
    "https://calendly.com//instaagents/demo",
    "https://calendly.com/evilcorp?/instaagents/demo",
    "https://calendly.com/",
    "https://calendly.com/d/abc/30min",
    "https://calendly.com@evil.example/instaagents/demo",
    "https://evil.example\\@calendly.com/instaagents/demo",
    "https://user:pass@calendly.com/instaagents/demo",
    "https://calendly.com:8443/instaagents/demo",
    "https://calendly.com:443/instaagents/demo",
    "https://calendly.com./instaagents/demo",
    "https://www.calendly.com/instaagents/demo",
    "https://calendly.com.evil.example/instaagents/demo",
    "https://evil\uff0cexample/instaagents/demo",
    "https://calendly\uff0ecom/instaagents/demo",
    "https://calendly\u3002com/instaagents/demo",
    "https://c\u0430lendly.com/instaagents/demo",
    "https://xn--clendly-2fg.com/instaagents/demo",
    "https:/calendly.com/instaagents/demo",
    "https:calendly.com/instaagents/demo",
    "https:\\\\calendly.com/instaagents/demo",
    "https:///calendly.com/instaagents/demo",
    "http://calendly.com/instaagents/demo",
    "//calendly.com/instaagents/demo",
    "calendly.com/instaagents/demo",
    " https://calendly.com/instaagents/demo",
    "https://calendly.com/instaagents/demo ",
    "https://calendly.com/instaagents/\u202egnp.exe",
    "javascript:alert(1)//https://calendly.com/instaagents/demo",
    "data:text/html,https://calendly.com/instaagents/demo",
    "",
)

_PARTS = (
    "https://", "HTTPS:", "http://", "//", "/", "\\", "..", ".", "%2e", "%2E%2e", "%2f", "%5C", "%25", ";",
    "?", "#", "@", ":", ":443", ":8443", "\t", "\n", " ", "calendly.com", "instaagents", "evilcorp", "d",
    "abc", "instaagents.example", "evil.example", "\uff0e", "\uff0c", "\u3002", "\u200b", "\xad", "%00",
    "%ff", "%", "-", "demo",
)  # fmt: skip
_TAIL = st.lists(st.sampled_from(_PARTS) | st.text(max_size=2), max_size=8).map("".join)
ADDRESSES = st.builds(str.__add__, st.sampled_from((*PREFIXES, "https://", "")), _TAIL)
"""Any text, most of them close to one of our own addresses."""
