"""Which days the share of persons seen is of."""

from datetime import date

import pytest

from dashboards.data.people_reach import reach_days
from dashboards.periods import Days

AS_OF, FIRST = date(2026, 11, 15), date(2023, 11, 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # Units of the calendar, and all there is, stay as they are.
        ("2026-10-01", "2026-10-31", None),
        ("2026-07-01", "2026-09-30", None),
        ("2025-01-01", "2025-12-31", None),
        ("2026-11-01", "2026-11-15", None),
        ("2026-01-01", "2026-11-15", None),
        ("2023-11-01", "2026-11-15", None),
        # Of others, the last whole month in them.
        ("2026-08-01", "2026-10-31", ("2026-10-01", "2026-10-31")),
        ("2025-11-01", "2026-10-31", ("2026-10-01", "2026-10-31")),
        ("2026-05-10", "2026-07-20", ("2026-06-01", "2026-06-30")),
        # Without one there is nothing else to show.
        ("2026-06-10", "2026-07-20", None),
    ],
)
def test_a_share_of_persons_seen_is_of_the_calendar(
    first: str, last: str, expected: tuple[str, str] | None
) -> None:
    days = Days(date.fromisoformat(first), date.fromisoformat(last))
    wanted = Days(*map(date.fromisoformat, expected)) if expected else days
    assert reach_days(days, as_of=AS_OF, first=FIRST) == wanted
