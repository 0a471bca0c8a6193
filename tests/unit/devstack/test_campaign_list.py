"""The list of a campaign is read as spreadsheets write it, and no line of it is taken for another."""

import tracemalloc
from pathlib import Path

import pytest

from devstack.campaign_list import ListLine, read_list
from devstack.errors import ListUnreadable

DANA = ListLine(2, "dana@clinic.example", "Dana", "Müller & Söhne", "de")


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


FILES = {
    "plain": ("email,first_name,company,language\ndana@clinic.example,Dana,Müller & Söhne,de\n", "utf-8"),
    "Excel in Germany": (
        "E-Mail;Vorname;Firma;Sprache\r\ndana@clinic.example;Dana;Müller & Söhne;de\r\n",
        "cp1252",
    ),
    "with a mark": (
        "email,first_name,company,language\ndana@clinic.example,Dana,Müller & Söhne,de",
        "utf-8-sig",
    ),
    "Unicode text": (
        "Email\tFirst Name\tCompany\tLanguage\r\ndana@clinic.example\tDana\tMüller & Söhne\tde",
        "utf-16",
    ),
    "in another order": (
        "language,note,COMPANY,first-name,Email\nde,x,Müller & Söhne,Dana,dana@clinic.example",
        "utf-8",
    ),
    "quoted": (
        'email,first_name,company,language\n"dana@clinic.example", Dana ,"Müller & Söhne","de"\n\n,,,\n',
        "utf-8",
    ),
}


@pytest.mark.parametrize("text, encoding", FILES.values(), ids=FILES)
def test_a_list_is_read_whoever_wrote_it(tmp_path: Path, text: str, encoding: str) -> None:
    lines = read_list(written(tmp_path, text, encoding))
    assert (list(lines), len(lines)) == ([DANA], 1)


def test_excels_own_first_line_names_the_separator(tmp_path: Path) -> None:
    lines = read_list(written(tmp_path, "sep=;\nemail;company\ndana@clinic.example;A, B and C\n"))
    assert list(lines) == [ListLine(3, "dana@clinic.example", "", "A, B and C", "")]


def test_a_short_line_lacks_what_it_does_not_say_and_other_columns_are_named(tmp_path: Path) -> None:
    lines = read_list(written(tmp_path, "email,phone,first_name,company\ndana@clinic.example,1\n"))
    assert list(lines) == [ListLine(2, "dana@clinic.example", "", "", "")]
    assert lines.ignored == ["phone"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("name,phone\nDana,1\n", "no column `email`; it has name, phone"), ("", "it has no first line")],
)
def test_a_list_without_addresses_is_none(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ListUnreadable, match=reason):
        read_list(written(tmp_path, text))
    with pytest.raises(ListUnreadable, match="cannot be read: No such file"):
        read_list(tmp_path / "other.csv")


def test_a_quote_that_is_never_closed_is_named_and_does_not_swallow_the_list(tmp_path: Path) -> None:
    many = "".join(f"{n}@clinic.example,x\n" for n in range(20_000))
    lines = read_list(written(tmp_path, f'email,first_name\ndana@clinic.example,"Dana\n{many}'))
    with pytest.raises(ListUnreadable, match=r"line \d+ cannot be read"):
        list(lines)


def test_a_long_list_needs_no_memory(tmp_path: Path) -> None:
    path = written(
        tmp_path, "email,company\n" + "".join(f"{n}@clinic.example,{'x' * 90}\n" for n in range(20_000))
    )
    tracemalloc.start()
    assert sum(1 for _ in read_list(path)) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < path.stat().st_size / 4
