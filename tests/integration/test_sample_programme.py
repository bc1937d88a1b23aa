"""The programme's records: sound under their contracts but for what is planted, and consistent."""

from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from etl.contract_files import get_contract
from etl.sample.programme import programme_tables
from etl.sample.programme.actions import TOLD_HOUSEHOLDS
from etl.sample.programme.rain import TOLD_STORM_DAY, TOLD_STORM_MM
from etl.sample.programme.service_items import ITEMS, REVIEWERS
from etl.sample.programme.special_groups import GROUPS
from etl.sample.programme.warnings import THRESHOLDS
from tests.support.sample_records import AS_OF, broken, delivered, programme, sound, town
from warehouse.counties import BUILT_IN

SEEDS = BUILT_IN.parents[1] / "dbt_project" / "seeds"
SEED = 1
DATASETS = (
    "council_proposals", "council_votes", "flood_history", "followups", "health_followups",
    "mediation_cases", "mediation_steps", "rain_forecasts", "rain_gauges", "rain_observations",
    "rain_warnings", "service_applications", "service_approval_steps", "service_coverage",
    "special_group_roll", "special_group_visits", "user_actions", "volunteer_services",
    "volunteers", "waste_inspections", "warning_actions",
)  # fmt: skip
JUDGED_WHEN_BUILT = {
    "second_vote_of_the_household", "second_vote_of_the_delegate", "unknown_proposal",
    "unknown_mediation", "unknown_application", "not_on_the_roll_that_day", "unknown_resident",
    "unknown_volunteer", "unknown_gauge", "unknown_warning",
}  # fmt: skip


def planted(dataset: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for table in programme(SEED)[dataset]:
        total.update(table.planted)
    return total


def residents() -> pl.DataFrame:
    return town(SEED)[1].residents


def test_every_dataset_of_the_programme_is_there() -> None:
    assert sorted(programme(SEED)) == sorted(DATASETS)


@pytest.mark.parametrize("dataset", DATASETS)
def test_rows_break_the_rules_that_were_broken_on_purpose_and_no_other(dataset: str) -> None:
    refused = {
        reason: int(rows.sum())
        for reason, rows in broken(delivered(SEED, dataset), get_contract(dataset)).items()
    }
    told = {
        reason: count
        for reason, count in planted(dataset).items()
        if reason not in JUDGED_WHEN_BUILT
    }
    assert refused == told


@pytest.mark.parametrize("dataset", DATASETS)
def test_no_part_comes_near_the_tolerance(dataset: str) -> None:
    for table in programme(SEED)[dataset]:
        assert sum(table.planted.values()) <= 0.025 * max(len(table.frame), 40)


@pytest.mark.parametrize("dataset", DATASETS)
def test_columns_have_the_contracts_types_and_nothing_lies_beyond_the_end(dataset: str) -> None:
    kinds = {
        "string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean,
        "date": pl.Date, "timestamp": pl.Datetime("us"),
    }  # fmt: skip
    contract = get_contract(dataset)
    frame = delivered(SEED, dataset)
    for column in contract.columns:
        assert frame.schema[column.name] == kinds[column.logical_type], column.name
        is_ahead = column.name in ("due_at", "valid_at")
        if column.logical_type == "timestamp" and not is_ahead and len(frame):
            latest = frame[column.name].max()
            assert latest is None or latest <= AS_OF, column.name


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_corrected_record_is_newer_than_what_it_replaces(dataset: str) -> None:
    key = get_contract(dataset).key
    frame = delivered(SEED, dataset).filter(pl.col("updated_at").is_not_null())
    versions = frame.sort("part").group_by(key).agg("part", "updated_at")
    several = versions.filter(pl.col("part").list.len() > 1)
    assert len(several) == sum(table.corrected for table in programme(SEED)[dataset])
    for row in several.iter_rows(named=True):
        assert row["updated_at"] == sorted(row["updated_at"])


@pytest.mark.parametrize(
    ("dataset", "column", "of", "rule"),
    [
        ("council_votes", "proposal_number", "council_proposals", "unknown_proposal"),
        ("mediation_steps", "mediation_number", "mediation_cases", "unknown_mediation"),
        (
            "service_approval_steps",
            "application_number",
            "service_applications",
            "unknown_application",
        ),
        ("volunteer_services", "volunteer_number", "volunteers", "unknown_volunteer"),
        ("rain_observations", "gauge_code", "rain_gauges", "unknown_gauge"),
        ("warning_actions", "warning_number", "rain_warnings", "unknown_warning"),
    ],
)
def test_records_belong_to_something_but_those_planted(
    dataset: str, column: str, of: str, rule: str
) -> None:
    orphans = sound(SEED, dataset).join(sound(SEED, of), on=column, how="anti")
    assert len(orphans) == planted(dataset)[rule] > 0


def test_persons_and_households_are_the_samples() -> None:
    everybody = residents()["id_number"].implode()
    for dataset, columns in {
        "mediation_cases": ("party_a_id_number", "party_b_id_number"),
        "service_applications": ("id_number",),
        "special_group_roll": ("id_number",),
        "special_group_visits": ("id_number",),
        "health_followups": ("id_number",),
        "volunteers": ("id_number",),
    }.items():
        for column in columns:
            assert sound(SEED, dataset)[column].is_in(everybody).all(), (dataset, column)
    households = town(SEED)[1].households["household_code"].implode()
    for dataset in ("council_votes", "warning_actions"):
        assert sound(SEED, dataset)["household_code"].drop_nulls().is_in(households).all()


def test_the_same_seed_gives_the_same_records_and_another_one_others() -> None:
    county, people = town(SEED)
    parts = {dataset: iter(tables) for dataset, tables in programme(SEED).items()}
    for table in programme_tables(county, people, seed=SEED):
        assert table.frame.equals(next(parts[table.dataset]).frame)
    other = next(iter(programme_tables(county, people, seed=SEED + 1)))
    assert not other.frame.equals(programme(SEED)[other.dataset][0].frame)


def test_codes_are_those_of_the_warehouses_lists() -> None:
    def listed(seed: str, column: str) -> pl.Series:
        return pl.read_csv(SEEDS / f"{seed}.csv", infer_schema=False)[column].implode()

    for dataset, column, seed in (
        ("mediation_cases", "dispute_category_code", "dispute_categories"),
        ("service_applications", "item_code", "service_items"),
        ("special_group_roll", "group_code", "special_groups"),
        ("special_group_roll", "need_level_code", "visit_frequencies"),
        ("service_coverage", "service_code", "coverage_services"),
    ):
        assert sound(SEED, dataset)[column].is_in(listed(seed, column)).all(), column
    assert pl.Series(list(GROUPS)).is_in(listed("special_groups", "group_code")).all()
    departments = listed("departments", "department_code")
    assert pl.Series(REVIEWERS).is_in(departments).all()


def test_items_and_thresholds_are_the_warehouses() -> None:
    items = pl.read_csv(SEEDS / "service_items.csv", infer_schema=False).filter(
        pl.col("valid_from_date") == "1900-01-01"
    )
    lived = {
        code: (item.department, str(item.limit_days), str(item.documents))
        for code, item in ITEMS.items()
    }
    assert lived == {
        row["item_code"]: (row["lead_department_code"], row["limit_value"], row["document_count"])
        for row in items.iter_rows(named=True)
    }
    rain = pl.read_csv(SEEDS / "rain_thresholds.csv")
    assert {
        row["colour_code"]: (row["window_hours"], row["rain_mm"])
        for row in rain.iter_rows(named=True)
    } == THRESHOLDS


def test_disputes_climb_one_level_at_a_time_and_end_as_their_last_step_says() -> None:
    cases = sound(SEED, "mediation_cases")
    steps = sound(SEED, "mediation_steps").sort("mediation_number", "step_number")
    rank = pl.col("level_code").replace_strict({"grid": 1, "community": 2, "town": 3})
    climbed = steps.with_columns(rank.diff().over("mediation_number").alias("up"))
    assert climbed["up"].drop_nulls().unique().to_list() == [1]
    last = steps.group_by("mediation_number").last().join(cases, on="mediation_number")
    settled = last.filter(pl.col("outcome_code_right") == "settled")
    assert (settled["outcome_code"] == "settled").all()
    assert (settled["ended_at"] == settled["closed_at"]).all()
    waiting = last.filter(pl.col("outcome_code_right").is_null())
    assert waiting["outcome_code"].is_null().all()
    assert set(steps["level_code"]) == {"grid", "community", "town"}
    received = "level_received_at"
    later = steps.with_columns(pl.col("ended_at").shift().over("mediation_number").alias("before"))
    assert (later[received] >= later["before"]).drop_nulls().all()


def test_some_disputes_flare_up_again_between_the_same_parties() -> None:
    cases = sound(SEED, "mediation_cases")
    pair = ["party_a_id_number", "party_b_id_number"]
    assert (cases[pair[0]] != cases[pair[1]]).all()
    again = cases.join(cases, on=pair).filter(
        (pl.col("reported_at_right") > pl.col("closed_at"))
        & (pl.col("reported_at_right") <= pl.col("closed_at") + timedelta(days=90))
    )
    assert 0.02 <= len(again) / len(cases) <= 0.06


def test_an_approval_has_its_steps_in_order_and_four_to_nine_of_them() -> None:
    applications = sound(SEED, "service_applications")
    steps = sound(SEED, "service_approval_steps")
    own = steps.join(applications, on="application_number", suffix="_application")
    assert (own["started_at"] >= own["submitted_at"]).all()
    on_time = own.filter(
        pl.col("decided_at").is_not_null() & ~pl.col("stage_code").is_in(["payment"])
    )
    assert (on_time["ended_at"] <= on_time["decided_at"]).drop_nulls().all()
    decided = own.filter(pl.col("decision_code") == "approved").group_by("application_number")
    counts = decided.len()["len"]
    assert counts.min() >= 3
    assert counts.max() <= 9
    publicity = own.filter((pl.col("stage_code") == "publicity") & pl.col("ended_at").is_not_null())
    assert (publicity["item_code"] == "FW001").all()
    assert ((publicity["ended_at"] - publicity["started_at"]) == timedelta(days=7)).all()
    supplements = own.filter(pl.col("stage_code") == "supplement")
    assert not supplements["is_complete_first_time"].any()
    assert supplements["application_number"].is_unique().all()


def test_departments_review_one_by_one_before_the_programme_and_at_once_after() -> None:
    steps = sound(SEED, "service_approval_steps").filter(pl.col("stage_code") == "review")
    begun = steps.group_by("application_number").agg(
        pl.len().alias("reviews"),
        starts=pl.col("started_at").n_unique(),
        day=pl.col("started_at").min().dt.date(),
    )
    several = begun.filter(pl.col("reviews") > 1).with_columns(once=pl.col("starts") == 1)
    before = several.filter(pl.col("day") < date(2024, 11, 1))["once"].mean()
    after = several.filter(pl.col("day") > date(2025, 11, 1))["once"].mean()
    assert before < 0.15
    assert after > 0.97


def test_documents_of_the_allowance_fall_from_twelve_to_three_with_the_programme() -> None:
    own = sound(SEED, "service_applications").filter(
        (pl.col("item_code") == "FW001") & pl.col("accepted_at").is_not_null()
    )
    is_new = pl.col("accepted_at").dt.date() >= date(2024, 11, 1)
    assert own.filter(~is_new)["document_count"].unique().to_list() == [12]
    assert own.filter(is_new)["document_count"].unique().to_list() == [3]


def test_nobody_is_on_the_roll_twice_in_a_group_or_after_leaving_the_county() -> None:
    roll = sound(SEED, "special_group_roll").sort("id_number", "group_code", "roll_from_date")
    next_from = pl.col("roll_from_date").shift(-1).over("id_number", "group_code")
    overlaps = roll.filter(next_from <= pl.col("roll_to_date").fill_null(date(9999, 1, 1)))
    assert overlaps.is_empty()
    left = roll.join(residents(), on="id_number").filter(pl.col("resident_to_date").is_not_null())
    assert (left["roll_to_date"] <= left["resident_to_date"]).all()
    changed = roll.filter(pl.col("end_reason_code") == "changed")
    assert len(changed) > 10
    followed = changed.join(
        roll.with_columns(roll_to_date=pl.col("roll_from_date") - timedelta(days=1)),
        on=["id_number", "group_code", "roll_to_date"],
    )
    assert len(followed) == len(changed)
    assert (followed["need_level_code"] != followed["need_level_code_right"]).all()


def test_visits_are_of_people_on_the_roll_that_day_but_those_planted() -> None:
    roll = sound(SEED, "special_group_roll")
    visits = sound(SEED, "special_group_visits").with_columns(day=pl.col("visited_at").dt.date())
    placed = visits.join(roll, on="id_number").filter(
        (pl.col("day") >= pl.col("roll_from_date"))
        & (pl.col("roll_to_date").is_null() | (pl.col("day") <= pl.col("roll_to_date")))
    )
    strangers = visits.join(placed, on="visit_number", how="anti")
    assert len(strangers) == planted("special_group_visits")["not_on_the_roll_that_day"] > 0


def test_most_obligations_are_met_and_more_since_the_programme() -> None:
    every = {"daily": 1, "weekly": 7, "monthly": 30}
    roll = sound(SEED, "special_group_roll").unique(["id_number", "roll_from_date"])
    seen = sound(SEED, "special_group_visits").filter(pl.col("outcome_code") == "seen")
    windows = (
        roll.with_columns(
            every=pl.col("need_level_code").replace_strict(every, return_dtype=pl.Int64),
            last=pl.col("roll_to_date").fill_null(AS_OF.date()),
        )
        .with_columns(
            window=pl.int_ranges(
                0, (pl.col("last") - pl.col("roll_from_date")).dt.total_days() // pl.col("every")
            )
        )
        .explode("window", empty_as_null=False)
        .with_columns(
            begin=pl.col("roll_from_date") + pl.duration(days=pl.col("window") * pl.col("every"))
        )
    )
    met = (
        seen.join(
            roll.select("id_number", "roll_from_date", "roll_to_date", "need_level_code"),
            on="id_number",
        )
        .filter(
            pl.col("visited_at")
            .dt.date()
            .is_between(pl.col("roll_from_date"), pl.col("roll_to_date").fill_null(AS_OF.date()))
        )
        .select(
            "id_number",
            "roll_from_date",
            window=(pl.col("visited_at").dt.date() - pl.col("roll_from_date")).dt.total_days()
            // pl.col("need_level_code").replace_strict(every, return_dtype=pl.Int64),
        )
        .unique()
    )
    judged = windows.join(
        met.with_columns(is_met=True), on=["id_number", "roll_from_date", "window"], how="left"
    ).with_columns(pl.col("is_met").fill_null(value=False))
    before = judged.filter(pl.col("begin") < date(2024, 11, 1))["is_met"].mean()
    after = judged.filter(pl.col("begin") > date(2025, 11, 15))["is_met"].mean()
    assert 0.77 < before < 0.83
    assert 0.945 < after < 0.98
    outcomes = set(sound(SEED, "special_group_visits")["outcome_code"])
    assert outcomes == {"seen", "not_home", "refused", "moved"}


def test_needs_are_shared_out_as_meant() -> None:
    roll = sound(SEED, "special_group_roll").filter(pl.col("roll_to_date").is_null())
    people = roll.unique("id_number")
    shares = people["need_level_code"].value_counts(normalize=True)
    share = dict(shares.iter_rows())
    assert 0.005 < share["daily"] < 0.12
    assert 0.15 < share["weekly"] < 0.36
    living = residents().filter(pl.col("resident_to_date").is_null())
    assert 0.015 < len(people) / len(living) < 0.03


def test_councils_decide_as_their_first_votes_say() -> None:
    votes = sound(SEED, "council_votes").sort("voted_at")
    first = votes.unique(
        ["proposal_number", "household_code", "delegate_code"], keep="first", maintain_order=True
    )
    again = len(votes) - len(first)
    counts = planted("council_votes")
    assert again == counts["second_vote_of_the_household"] + counts["second_vote_of_the_delegate"]
    cast = first.group_by("proposal_number").agg(
        cast=pl.len(), in_favour=(pl.col("choice_code") == "for").sum(), last=pl.max("voted_at")
    )
    decided = sound(SEED, "council_proposals").filter(
        pl.col("decision_code").is_in(["adopted", "rejected"])
    )
    told = decided.join(cast, on="proposal_number")
    assert len(told) == len(decided)
    assert (told["cast"] <= told["entitled_count"]).all()
    assert (told["last"] <= told["voted_at"]).all()
    adopted = 2 * told["in_favour"] > told["cast"]
    assert (adopted == (told["decision_code"] == "adopted")).all()
    assert set(decided["vote_mode_code"]) == {"household", "delegate"}
    mode = first.join(decided, on="proposal_number")
    by_household = mode["vote_mode_code"] == "household"
    assert (mode["household_code"].is_not_null() == by_household).all()
    assert (mode["delegate_code"].is_null() == by_household).all()


def test_every_community_decided_to_sort_its_waste_after_the_programme_began() -> None:
    county, _ = town(SEED)
    adopted = sound(SEED, "council_proposals").filter(
        (pl.col("topic_code") == "waste_sorting")
        & (pl.col("decision_code") == "adopted")
        & pl.col("voted_at").is_between(datetime(2024, 11, 1), datetime(2025, 3, 1))  # noqa: DTZ001
    )
    assert set(adopted["community_code"]) == set(county.grids["community_code"])


def test_nobody_redeems_more_points_than_they_have() -> None:
    known = sound(SEED, "volunteers")["volunteer_number"].implode()
    own = sound(SEED, "volunteer_services").filter(pl.col("volunteer_number").is_in(known))
    told = own.sort("started_at").with_columns(
        balance=(pl.col("points_issued") - pl.col("points_redeemed"))
        .cum_sum()
        .over("volunteer_number")
    )  # fmt: skip
    assert told["balance"].min() >= 0
    redeemed = told.filter(pl.col("service_kind_code") == "redemption")
    assert len(redeemed) > 20
    assert (redeemed["points_redeemed"] > 0).all()
    assert redeemed["service_hours"].is_null().all()


def test_cover_lasts_no_longer_than_residence_and_begins_no_earlier() -> None:
    everybody = residents().select("id_number", "resident_from_date", "resident_to_date")
    told = sound(SEED, "service_coverage").join(everybody, on="id_number")
    assert (told["covered_from_date"] >= told["resident_from_date"]).all()
    left = told.filter(pl.col("resident_to_date").is_not_null())
    assert (left["covered_to_date"] <= left["resident_to_date"]).all()


def hourly() -> pl.DataFrame:
    """Rain by the end of the hour, every hour of the period."""
    gauge = sound(SEED, "rain_gauges")["gauge_code"][0]
    told = sound(SEED, "rain_observations").filter(pl.col("gauge_code") == gauge)
    hours = pl.datetime_range(
        told["observed_at"].min(), told["observed_at"].max(), "1h", eager=True
    ).alias("observed_at")
    return hours.to_frame().join(told, on="observed_at", how="left").with_columns(
        pl.col("rain_mm").fill_null(0)
    )  # fmt: skip


def test_it_rains_as_it_does_there() -> None:
    told = hourly()
    year = told.filter(pl.col("observed_at").dt.year() == 2025)["rain_mm"].sum()
    assert 900 < year < 2600
    month = pl.col("observed_at").dt.month()
    heavy = told.filter(pl.col("rain_mm") > 25)
    assert len(heavy) > 5
    assert heavy.filter(month.is_between(3, 9)).height == heavy.height
    assert told["rain_mm"].max() <= 95


def test_warnings_follow_the_thresholds_some_in_vain_some_late() -> None:
    told = hourly()
    warnings = sound(SEED, "rain_warnings")
    lead: list[float] = []
    vain = 0
    for colour, (hours, least) in THRESHOLDS.items():
        reached = told.with_columns(
            total=pl.col("rain_mm").rolling_sum(hours, min_samples=1).round(1)
        ).filter(pl.col("total") >= least)["observed_at"]
        for row in warnings.filter(pl.col("colour_code") == colour).iter_rows(named=True):
            end = row["lifted_at"] or AS_OF
            within = reached.filter(reached.is_between(row["issued_at"], end))
            vain += within.is_empty()
            if not within.is_empty():
                lead.append((within[0] - row["issued_at"]).total_seconds() / 60)
    assert 0.03 < vain / len(warnings) < 0.35
    assert 20 < float(np.median(lead)) < 120
    assert len(warnings) > 20


def test_ten_households_in_low_ground_were_moved_before_the_storm_that_is_told_of() -> None:
    peak = datetime.combine(TOLD_STORM_DAY, datetime.min.time()) + timedelta(hours=5)
    three_hours = (
        hourly()
        .filter(
            (pl.col("observed_at") > peak - timedelta(hours=2))
            & (pl.col("observed_at") <= peak + timedelta(hours=1))
        )["rain_mm"]
        .sum()
    )
    assert three_hours == pytest.approx(sum(sorted(TOLD_STORM_MM)[-3:]))
    red = sound(SEED, "rain_warnings").filter(
        (pl.col("colour_code") == "red") & (pl.col("issued_at").dt.date() == TOLD_STORM_DAY)
    )
    assert len(red) == 1
    told = sound(SEED, "warning_actions").join(red, on="warning_number")
    moved = told.filter(pl.col("persons_to_move_count") > 0)
    assert len(moved) == TOLD_HOUSEHOLDS
    assert (moved["moved_count"] == moved["persons_to_move_count"]).all()
    assert (moved["moved_at"] < peak).all()
    low = town(SEED)[1].households.filter("is_low_ground")["household_code"]
    assert told["household_code"].is_in(low.implode()).all()


def test_forecasts_are_issued_every_six_hours_for_a_day_on_storm_days_only() -> None:
    told = sound(SEED, "rain_forecasts")
    issues = told.group_by("issued_at", "town_code").agg(pl.len(), last=pl.max("valid_at"))
    assert issues["len"].unique().to_list() == [24]
    assert (issues["last"] - issues["issued_at"] == timedelta(hours=24)).all()
    assert issues["issued_at"].dt.hour().is_in([0, 6, 12, 18]).all()
    assert issues["issued_at"].n_unique() < 400


def test_calls_are_about_closed_records_and_later() -> None:
    calls = sound(SEED, "followups")
    for dataset, number, ended in (
        ("mediation_cases", "mediation_number", "closed_at"),
        ("service_applications", "application_number", "decided_at"),
    ):
        own = calls.filter(pl.col("subject_dataset") == dataset)
        asked = own.join(sound(SEED, dataset), left_on="subject_number", right_on=number)
        assert len(asked) == len(own) > 100
        assert (asked["called_at"] > asked[ended]).all()


def test_health_followups_improve_and_end_with_the_next_one() -> None:
    told = sound(SEED, "health_followups")
    due = told.filter(pl.col("due_date") <= AS_OF.date() - timedelta(days=20))
    seen = pl.col("outcome_code") == "seen"
    before = due.filter(pl.col("due_date") < date(2024, 11, 1)).select(seen.mean()).item()
    after = due.filter(pl.col("due_date") > date(2025, 11, 15)).select(seen.mean()).item()
    assert before < 0.80
    assert after > 0.94
    ahead = told.filter(pl.col("due_date") > AS_OF.date() + timedelta(days=15))
    assert len(ahead) > 100
    assert ahead["outcome_code"].is_null().all()
    assert set(told["condition_code"]) == {"smi", "hypertension", "diabetes"}
