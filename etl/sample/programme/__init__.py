"""The programme's datasets of the sample: what the county does beside handling cases.

`programme_tables` yields parts of datasets, each a `Table(dataset, frame, planted, corrected)`:
`frame` has the contract's columns in its order, codes as in the contract and local time stamps
without a zone (a time column with impossible times among it is text); `planted` counts the rows
that a load or a build must refuse, by the name of the reason; `corrected` counts rows that replace
an older version in an earlier part. Parts of one dataset come one after the other, in the order to
load them, and each is to be a file of its own.
"""

from collections.abc import Iterator

import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.people import People
from etl.sample.programme.actions import flood_history, user_actions, warning_actions
from etl.sample.programme.council import council
from etl.sample.programme.coverage import service_coverage
from etl.sample.programme.followups import Closed, programme_followups
from etl.sample.programme.health import health_followups
from etl.sample.programme.mediation import mediation
from etl.sample.programme.rain import make_weather, rain_gauges, rain_observations
from etl.sample.programme.residents import Roster
from etl.sample.programme.services import service_applications
from etl.sample.programme.special_groups import draw_roll, special_group_roll
from etl.sample.programme.table import Table
from etl.sample.programme.visits import special_group_visits
from etl.sample.programme.volunteers import volunteers
from etl.sample.programme.warnings import make_warnings, rain_forecasts, rain_warnings
from etl.sample.programme.waste import waste_inspections

__all__ = ["Table", "programme_tables"]


def programme_tables(
    county: SampleCounty,
    people: People,
    *,
    seed: int,
    workers: pl.DataFrame | None = None,
) -> Iterator[Table]:
    """Every dataset of the programme: the same people and seed give the same rows.

    Args:
        workers: dataset `grid_workers`, of which visits and warning actions take the codes.
    """
    roster = Roster.of(people, len(county.sites))
    roll = draw_roll(roster, seed=seed)
    yield from waste_inspections(county, seed=seed)
    yield from council(county, people, seed=seed)
    disputes = Closed("mediation_cases", "mediation_number", "closed_at", "party_a_id_number")
    yield from disputes.noting(mediation(county, roster, seed=seed))
    applications = Closed("service_applications", "application_number", "decided_at", "id_number")
    yield from applications.noting(service_applications(county, roster, seed=seed))
    yield from special_group_roll(county, roster, roll, seed=seed)
    yield from special_group_visits(county, roster, roll, workers, seed=seed)
    yield from health_followups(roster, roll, seed=seed)
    yield from service_coverage(roster, seed=seed)
    yield from volunteers(roster, seed=seed)
    weather = make_weather(county, seed=seed)
    warnings = make_warnings(weather, seed=seed)
    yield from rain_gauges(county, weather)
    yield from rain_observations(weather, seed=seed)
    yield from rain_forecasts(weather, seed=seed)
    yield from rain_warnings(weather, warnings, seed=seed)
    yield from warning_actions(county, people, weather, warnings, workers, seed=seed)
    yield from flood_history(county, people, weather, seed=seed)
    yield from user_actions(warnings, seed=seed)
    phones = people.residents.select("id_number", "phone")
    for closed in (disputes, applications):
        yield from programme_followups(closed.dataset, closed.subjects(), phones, seed=seed)
