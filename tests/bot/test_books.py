"""A Worker's books as CSV, and its days as points."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.operations.books import as_csv, gained, known
from deploy.outcomes import Day

CELL = st.none() | st.text(max_size=20) | st.integers() | st.booleans()


@given(st.lists(st.dictionaries(st.sampled_from(["id", "at", "symbol", "reason"]), CELL), min_size=1, max_size=5))
def test_every_row_is_there_and_none_is_a_formula(rows: list[dict[str, object]]) -> None:
    text = as_csv(rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    columns = read[0]
    assert set(columns) == {name for row in rows for name in row}
    for row, cells in zip(rows, read[1:], strict=True):
        for name, cell in zip(columns, cells, strict=True):
            value = row.get(name)
            assert cell.lstrip("'") == ("" if value is None else str(value)).lstrip("'")
            assert not isinstance(value, str) or not cell.startswith(("=", "@"))


def test_numbers_stay_numbers() -> None:
    assert as_csv([{"profit": "-0.30", "note": "-cmd"}]).decode("utf-8-sig") == "profit,note\r\n-0.30,'-cmd\r\n"


def test_days_of_which_something_is_not_known_are_left_out() -> None:
    days = [Day("2026-01-02", "", "5.00", "", "", ""), Day("2026-01-05", "5.10", "5.00", "0.10", "", "")]
    assert [(point.date, point.value) for point in known(days)] == [("2026-01-05", Decimal("5.10"))]


def test_what_sales_brought_counts_as_gain() -> None:
    before = Day("2026-01-05", "10.00", "10.00", "0.00", "", "")
    days = [before, Day("2026-01-06", "4.00", "4.00", "6.50", "", "")]
    assert gained(days, known(days)[-1]) == Decimal("6.50")
    assert gained([before], known([before])[-1]) == Decimal(0)
    untold = Day("2026-01-07", "4.00", "5.00", "", "", "")
    assert gained([untold], known([untold])[-1]) == Decimal(-1)
