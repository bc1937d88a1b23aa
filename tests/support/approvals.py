"""Approval times and deadlines recomputed minute by minute: a second opinion on made-up records.

Every moment is a whole minute of November and December 2026, which have no holiday: the working
minutes are simply listed, so that time on the clock is counted and a deadline is moved by hand.
"""

import random
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = datetime(2026, 11, 1, tzinfo=ZONE), datetime(2027, 1, 1, tzinfo=ZONE)
AS_OF = datetime(2026, 11, 16, 9, tzinfo=ZONE)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SHIFTS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
DAY_MINUTES = 450
LIMIT_DAYS = 15
"""Working days of item FW001 since November 2024."""

Record = Mapping[str, Any]


def _is_worked(moment: datetime) -> bool:
    return moment.isoweekday() < 6 and any(a <= moment.time() < b for a, b in SHIFTS)


MINUTES = [
    moment
    for moment in (FIRST + n * MINUTE for n in range((LAST - FIRST) // MINUTE))
    if _is_worked(moment)
]


def worked(start: datetime, end: datetime) -> int:
    """Working minutes from one moment to a later one."""
    return bisect_left(MINUTES, end) - bisect_left(MINUTES, start)


def moved(deadline: datetime, minutes: int) -> datetime:
    """The moment at which so many more working minutes have gone by."""
    if not minutes:
        return deadline
    return MINUTES[bisect_left(MINUTES, deadline) + minutes - 1] + MINUTE


def made_up(count: int, *, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Applications and steps with spells off the clock that overlap, touch and stay open."""
    rng = random.Random(seed)

    def between(start: datetime, end: datetime) -> datetime:
        return start + rng.randrange(max((end - start) // MINUTE, 1)) * MINUTE

    applications, steps = [], []
    for number in range(count):
        accepted = between(FIRST + DAY, FIRST + 6 * DAY)
        application = {
            "application_number": f"{number:03}",
            "item_code": "FW001",
            "submitted_at": accepted - rng.randrange(600) * MINUTE,
            "accepted_at": accepted,
        }
        if rng.random() < 0.6:
            application["decided_at"] = between(accepted, AS_OF + DAY)
            application["decision_code"] = "approved"
        if rng.random() < 0.5:
            application["due_at"] = between(accepted, AS_OF + 4 * DAY)
        applications.append(application)
        end = accepted
        for place in range(rng.randrange(5)):
            start = rng.choice([end, between(accepted - DAY, AS_OF + DAY)])
            end = start + rng.choice([rng.randrange(600), rng.randrange(6 * 1440)]) * MINUTE
            steps.append(
                {
                    "application_number": application["application_number"],
                    "step_number": place + 1,
                    "stage_code": rng.choice(["publicity", "supplement", "supplement", "review"]),
                    "department_code": "civil_affairs",
                    "started_at": start,
                    "ended_at": end if rng.random() < 0.85 else None,
                }
            )
    return applications, steps


def expected(application: Record, steps: Sequence[Record]) -> dict[str, Any]:
    """What the mart has to say of an application, from its record and its steps."""
    accepted = application["accepted_at"]
    decided = _happened(application.get("decided_at"))
    until = decided or AS_OF
    off_clock = [
        step for step in steps if step["stage_code"] != "review" and step["started_at"] <= AS_OF
    ]
    spells = _joined(
        [
            (max(step["started_at"], accepted), min(step["ended_at"] or until, until))
            for step in off_clock
        ]
    )
    off = sum((end - start for start, end in spells), timedelta())
    promised = application.get("due_at") or _end_of_work(accepted, LIMIT_DAYS)
    due = promised
    for start, end in spells:
        if start <= due:
            due = moved(due, worked(start, end))
    is_off_clock = not decided and any(not _happened(step["ended_at"]) for step in off_clock)
    is_passed = due < AS_OF and not is_off_clock
    off_minutes = sum(worked(start, end) for start, end in spells)
    return {
        "promised_at": promised,
        "due_at": due,
        "off_clock_days": off / DAY,
        "clock_days": (until - accepted - off) / DAY,
        "approval_days": (decided - accepted - off) / DAY if decided else None,
        "approval_working_days": (
            (worked(accepted, decided) - off_minutes) / DAY_MINUTES if decided else None
        ),
        "is_off_clock": is_off_clock,
        "is_due_to_decide": bool(decided) or is_passed,
        "is_decided_on_time": bool(decided and decided <= due),
        "is_not_yet_due": not decided and not is_passed,
    }


def _happened(moment: datetime | None) -> datetime | None:
    return moment if moment and moment <= AS_OF else None


def _joined(spells: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spells that have a length, in order, those that overlap or touch as one."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spell for spell in spells if spell[0] < spell[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _end_of_work(start: datetime, days: int) -> datetime:
    """End of the last of so many working days, the day of the start left out."""
    ends = [moment for moment in MINUTES if moment.time() == time(17, 29)]
    return [end for end in ends if end.date() > start.date()][days - 1] + MINUTE
