"""The life of an alert: what is raised, what is repeated, what ends it, what users do to it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.alerts.life import (
    QUIET_DAYS,
    Action,
    Alarm,
    SeriesKey,
    alert_id,
    fold,
    parse_alert_id,
)

START = date(2026, 3, 2)
NOISE = SeriesKey("town", "430181002000", "noise")
WASTE = SeriesKey("town", "430181002000", "waste")


def day(number):
    return START + timedelta(days=number)


def alarms(*numbers, window=1, series=NOISE):
    return [Alarm(series, day(number), window) for number in numbers]


def action(code, on, *, names=0, number=1, series=NOISE, hour=10, **values):
    at = datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=on)
    return Action(f"s:{number:03d}", code, series, day(names), at, day(on), **values)


def lives(events, actions=(), *, on):
    return [
        (one.raised_date, one.state(day(on)), one.cleared_date)
        for one in fold(events, actions, day=day(on))
    ]


def test_an_alarm_raises_an_alert_and_later_alarms_repeat_nothing():
    (alert,) = fold(alarms(0, 1, 3, 8), [], day=day(8))
    assert alert.raised_date == day(0)
    assert alert.state(day(8)) == "open"
    assert (alert.alarm_day_count, alert.last_alarm_date) == (4, day(8))


def test_a_quiet_week_clears_it_on_its_last_day_and_not_before():
    assert lives(alarms(0, 2), on=2 + QUIET_DAYS - 1) == [(day(0), "open", None)]
    cleared = day(2 + QUIET_DAYS)
    assert lives(alarms(0, 2), on=2 + QUIET_DAYS) == [(day(0), "cleared", cleared)]
    assert lives(alarms(0, 2), on=90) == [(day(0), "cleared", cleared)]


def test_an_alarm_on_the_last_quiet_day_prolongs_and_one_after_it_raises_anew():
    assert len(lives(alarms(0, QUIET_DAYS), on=QUIET_DAYS)) == 1
    again = lives(alarms(0, QUIET_DAYS + 1), on=QUIET_DAYS + 1)
    assert [one[0] for one in again] == [day(0), day(QUIET_DAYS + 1)]


def test_no_case_counts_towards_two_alerts():
    by_user = [action("cleared", 2, reason_code="handled")]
    assert len(lives(alarms(0, 4, window=3), by_user, on=4)) == 1
    assert len(lives(alarms(0, 5, window=3), by_user, on=5)) == 2


def test_a_user_clears_it_at_once_with_the_reason():
    (alert,) = fold(alarms(0), [action("cleared", 1, reason_code="no_cause_found")], day=day(1))
    assert (alert.state(day(1)), alert.cleared_by) == ("cleared", "user")
    assert (alert.cleared_date, alert.reason_code) == (day(1), "no_cause_found")


def test_acknowledging_and_dispatching_are_told_with_their_first_time_and_last_worker():
    done = [
        action("acknowledged", 0, number=1),
        action("acknowledged", 1, number=2),
        action("dispatched", 1, number=3, worker_code="GW1"),
        action("dispatched", 2, number=4, worker_code="GW2"),
    ]
    (alert,) = fold(alarms(0), done[:2], day=day(1))
    assert alert.state(day(1)) == "acknowledged"
    (alert,) = fold(alarms(0), done, day=day(2))
    assert alert.state(day(2)) == "dispatched"
    assert alert.acknowledged_at == done[0].acted_at
    assert (alert.dispatched_at, alert.worker_code) == (done[2].acted_at, "GW2")


def silence(on, until, **values):
    reason = {"reason_code": "known_event", "silenced_until_date": day(until)}
    return action("silenced", on, **reason, **values)


def test_a_silence_holds_its_last_day_and_then_the_alert_is_what_it_was():
    events, done = alarms(0, 3, 6), [silence(1, 5)]
    assert lives(events, done, on=5) == [(day(0), "silenced", None)]
    assert lives(events, done, on=6) == [(day(0), "open", None)]


def test_a_silenced_series_raises_nothing_until_the_silence_is_over():
    events = alarms(0, 20, 21, 22)
    assert [one[0] for one in lives(events, [silence(1, 21)], on=22)] == [day(0), day(22)]
    shortened = [silence(1, 21, number=1), silence(2, 3, number=2)]
    assert [one[0] for one in lives(events, shortened, on=22)] == [day(0), day(20)]


def test_a_silence_of_one_family_is_none_of_another():
    events = [*alarms(0), *alarms(20), *alarms(20, series=WASTE)]
    raised = [(one.series, one.raised_date) for one in fold(events, [silence(1, 30)], day=day(20))]
    assert raised == [(NOISE, day(0)), (WASTE, day(20))]


def test_an_action_is_seen_from_its_day_on_only():
    done = [action("acknowledged", 3)]
    assert lives(alarms(0), done, on=2) == [(day(0), "open", None)]
    assert lives(alarms(0), done, on=3) == [(day(0), "acknowledged", None)]


def test_an_alert_that_turns_out_to_have_begun_earlier_keeps_what_was_done():
    done = [action("acknowledged", 3, names=2)]
    assert lives(alarms(2), done, on=3) == [(day(2), "acknowledged", None)]
    assert lives(alarms(1, 2), done, on=3) == [(day(1), "acknowledged", None)]


def test_an_alert_that_turns_out_to_have_begun_later_keeps_what_was_done_since():
    done = [action("acknowledged", 4, names=2)]
    assert lives(alarms(3), done, on=4) == [(day(3), "acknowledged", None)]


def test_what_somebody_acted_on_stays_as_withdrawn_when_it_never_was():
    done = [action("acknowledged", 2), action("dispatched", 3, number=2, worker_code="GW1")]
    (alert,) = fold([], done, day=day(5))
    assert (alert.state(day(5)), alert.raised_date, alert.action_count) == (
        "withdrawn",
        day(0),
        2,
    )


def test_a_user_raises_an_alert_that_then_lives_like_any_other():
    done = [action("raised", 1, names=1), action("acknowledged", 2, names=1, number=2)]
    assert lives([], done, on=2) == [(day(1), "acknowledged", None)]
    assert lives([], done, on=1 + QUIET_DAYS) == [(day(1), "cleared", day(1 + QUIET_DAYS))]
    (alert,) = fold(alarms(4), done, day=day(5))
    assert (alert.is_by_hand, alert.raised_date, alert.last_alarm_date) == (True, day(1), day(4))


def test_raising_what_is_alive_raises_nothing():
    assert len(lives(alarms(0), [action("raised", 1, names=1)], on=2)) == 1


def test_clearing_what_is_cleared_changes_nothing():
    late = [action("cleared", QUIET_DAYS + 5, reason_code="handled")]
    assert lives(alarms(0), late, on=30) == [(day(0), "cleared", day(QUIET_DAYS))]


def test_the_number_of_an_alert_can_be_read_back():
    text = alert_id("430181", NOISE, START)
    assert parse_alert_id(text) == ("430181", NOISE, START)


@pytest.mark.parametrize("text", ["", "YJ0001", "430181:town:x:noise:tomorrow", "a:b:c:d:e:f"])
def test_what_is_no_number_of_an_alert_names_none(text):
    assert parse_alert_id(text) is None


CODES = st.sampled_from(["raised", "acknowledged", "dispatched", "silenced", "cleared"])
EVENTS = st.lists(
    st.builds(
        lambda number, window, series: Alarm(series, day(number), window),
        st.integers(0, 40),
        st.sampled_from([1, 3, 7]),
        st.sampled_from([NOISE, WASTE]),
    ),
    max_size=15,
    unique_by=lambda one: (one.series, one.alarm_date),
)


@st.composite
def done_things(draw):
    made = []
    for number in range(draw(st.integers(0, 6))):
        code, on = draw(CODES), draw(st.integers(0, 40))
        until = day(on + draw(st.integers(0, 10))) if code == "silenced" else None
        made.append(
            action(
                code,
                on,
                names=draw(st.integers(0, on)),
                number=number,
                hour=draw(st.integers(0, 23)),
                series=draw(st.sampled_from([NOISE, WASTE])),
                silenced_until_date=until,
                reason_code="other" if until else None,
            )
        )
    return made


@settings(max_examples=120, deadline=None)
@given(EVENTS, done_things(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_arrive_changes_nothing(events, actions, random):
    expected = fold(events, actions, day=day(60))
    random.shuffle(events)
    random.shuffle(actions)
    assert fold(events, actions, day=day(60)) == expected


@settings(max_examples=120, deadline=None)
@given(EVENTS, done_things(), st.integers(0, 50))
def test_a_past_day_is_seen_as_it_was_whatever_came_later(events, actions, number):
    then = fold(
        [one for one in events if one.alarm_date <= day(number)],
        [one for one in actions if one.acted_date <= day(number)],
        day=day(number),
    )
    assert fold(events, actions, day=day(number)) == then


@settings(max_examples=120, deadline=None)
@given(EVENTS, done_things())
def test_a_series_never_has_two_alerts_alive_and_all_of_them_end(events, actions):
    found = fold(events, actions, day=day(80))
    for series in (NOISE, WASTE):
        own = [one for one in found if one.series == series and not one.is_withdrawn]
        assert all(one.cleared_date is not None for one in own)
        for earlier, later in pairwise(own):
            assert earlier.cleared_date <= later.raised_date
            assert earlier.cleared_date < later.raised_date or later.is_by_hand
