"""Hot spots of a period and over time, on grids with planted ones."""

import numpy as np
import polars as pl
import pytest

from geo.hotspots import CLASSES, emerging_hot_spots, hot_spots, sentence
from geo.hotspots.judgement import judge
from tests.support.planted import (
    Bed,
    average,
    cases,
    frame,
    over_seeds,
    panel,
    plant,
    random_bed,
)

MONTHS, RECENT = 36, 3


@pytest.fixture(scope="module")
def bed() -> Bed:
    return random_bed(500)


def called(bed: Bed):
    exposure = bed.residents[:, None]
    return lambda counts: judge(counts[:, None].astype(float), exposure, bed.matrix).is_hot[:, 0]


def planted_once(bed: Bed, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    raised = np.zeros(bed.count, dtype=bool)
    for places in plant(bed, rng, 3):
        raised[places] = True
    counts = cases(bed, rng, mean=6, dispersion=0.05, risk=np.where(raised, 3.0, 1.0))
    return counts, raised


def test_planted_hot_spots_are_found_and_few_others(bed: Bed) -> None:
    found = over_seeds(
        bed, called(bed), seeds=range(12), mean=6, dispersion=0.05, risk=3.0, spots=3
    )
    assert average(found, "false_share")[0] <= 0.05
    assert average(found, "power")[0] >= 0.6


def test_without_hot_spots_hardly_any_is_found(bed: Bed) -> None:
    found = over_seeds(bed, called(bed), seeds=range(40), mean=2, dispersion=0.3, risk=1.0, spots=1)
    # At 5 % a seed, six or more of forty have a chance of 1.4 %.
    assert sum(one.found_count > 0 for one in found) <= 5


def test_few_residents_do_not_light_up_a_grid(bed: Bed) -> None:
    """Two cases among ten residents are twenty times the county's rate, and chance."""
    residents = np.full(bed.count, 400.0)
    residents[:20] = 10.0
    counts = np.full(bed.count, 4)
    counts[:20] = 2
    small = Bed(bed.codes, residents, bed.neighbours)
    rows = hot_spots(frame(small, counts), bed.neighbours).rows
    assert rows["ratio"][0] > 10
    assert not rows["is_hot_spot"].any()


def test_many_residents_do_not_make_a_hot_spot() -> None:
    """Ten times the cases where ten times the people live."""
    bed = random_bed(200)
    rng = np.random.default_rng(3)
    crowded = plant(bed, rng, 1)[0]
    residents = np.full(bed.count, 300.0)
    residents[crowded] = 3000.0
    counts = rng.poisson(residents * 0.02)
    rows = hot_spots(frame(Bed(bed.codes, residents, bed.neighbours), counts), bed.neighbours).rows
    assert rows["case_count"].to_numpy()[crowded].mean() > 5 * rows["case_count"].mean()
    assert not rows["is_hot_spot"].any()


def test_a_quiet_grid_beside_a_hot_spot_is_none(bed: Bed) -> None:
    counts, raised = planted_once(bed)
    shares = bed.matrix @ (raised * bed.residents) / (bed.matrix @ bed.residents)
    quiet = int(np.argmax(np.where(raised, 0.0, shares)))
    counts[quiet] = 0
    rows = hot_spots(frame(bed, counts), bed.neighbours).rows
    row = rows.row(quiet, named=True)
    assert row["neighbourhood_adjusted"] <= 0.05
    assert not row["is_hot_spot"]
    assert "周边偏多" in sentence(row).zh


def test_neither_order_nor_unit_matters(bed: Bed) -> None:
    counts, _ = planted_once(bed)
    rows = frame(bed, counts)
    usual = hot_spots(rows, bed.neighbours).rows
    scaled = rows.with_columns(pl.col("exposure") * 1e-3)
    shuffled = scaled.sample(fraction=1.0, shuffle=True, seed=2)
    other = hot_spots(shuffled, bed.neighbours.reverse()).rows
    exact = ["grid_code", "is_hot_spot", "moran_quadrant", "moran_class", "neighbourhood_count"]
    assert usual.select(exact).rows() == other.sort("grid_code").select(exact).rows()
    for name in ("gi_z", "neighbourhood_probability", "expected_count", "moran_i"):
        assert usual[name].to_list() == pytest.approx(other.sort("grid_code")[name].to_list())


def test_the_parts_of_a_judgement_add_up(bed: Bed) -> None:
    counts, raised = planted_once(bed)
    found = hot_spots(frame(bed, counts), bed.neighbours)
    rows = found.rows
    place = int(np.flatnonzero(rows["is_hot_spot"])[0])
    around = [place, *bed.matrix.indices[bed.matrix.indptr[place] : bed.matrix.indptr[place + 1]]]
    row = rows.row(place, named=True)
    assert row["neighbourhood_count"] == counts[around].sum()
    assert row["neighbourhood_expected"] == pytest.approx(found.rate * bed.residents[around].sum())
    assert row["ratio"] == pytest.approx(row["case_count"] / row["expected_count"])
    assert found.hot_count == rows["is_hot_spot"].sum() > 0
    assert row["moran_class"] in ("high_high", "none")
    assert raised[place]
    assert "热点" in sentence(row).zh


def test_a_grid_without_exposure_is_not_judged_and_no_neighbour(bed: Bed) -> None:
    counts, _ = planted_once(bed)
    rows = frame(bed, counts).with_columns(
        exposure=pl.when(pl.col("grid_code") == bed.codes[0]).then(None).otherwise("exposure")
    )
    found = hot_spots(rows, bed.neighbours)
    assert found.not_judged.rows() == [(bed.codes[0], counts[0])]
    assert bed.codes[0] not in found.rows["grid_code"]
    neighbour = int(bed.matrix.indices[0])
    with_it = hot_spots(frame(bed, counts), bed.neighbours).rows["neighbourhood_count"][neighbour]
    assert found.rows["neighbourhood_count"][neighbour - 1] == with_it - counts[0]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_grid_is_no_reason_to_fail(count: int) -> None:
    rows = pl.DataFrame(
        {"grid_code": ["a", "b"], "case_count": [3, 0], "exposure": [10.0, 5.0]}
    ).head(count)
    pairs = pl.DataFrame({"grid_code": ["a", "b"], "neighbour_code": ["b", "a"]})
    found = hot_spots(rows, pairs)
    assert len(found.rows) == count
    assert found.hot_count == 0


def test_a_period_without_cases_has_no_hot_spot(bed: Bed) -> None:
    found = hot_spots(frame(bed, np.zeros(bed.count, dtype=int)), bed.neighbours)
    assert found.hot_count == 0
    assert found.rate == 0
    assert found.rows["moran_class"].unique().to_list() == ["none"]


def test_working_out_only_what_matters_changes_nothing(bed: Bed) -> None:
    counts, _ = planted_once(bed)
    given = (counts[:, None].astype(float), bed.residents[:, None], bed.matrix)
    once, refitted = judge(*given, rounds=1), judge(*given)
    again = judge(*given, rounds=50)
    assert (refitted.is_hot == again.is_hot).all()
    assert (once.is_hot & ~refitted.is_hot).sum() == 0


# Over time


def risks(bed: Bed, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A relative risk per grid and month, and the places of each planted class."""
    rise = np.linspace(1.5, 6.0, MONTHS)
    courses = {
        "persistent": np.full(MONTHS, 4.0),
        "new": np.r_[np.ones(MONTHS - RECENT), np.full(RECENT, 8.0)],
        "intensifying": rise,
        "fading": rise[::-1],
    }
    risk = np.ones((bed.count, MONTHS))
    places = dict(zip(courses, apart(bed, rng, len(courses)), strict=True))
    for name, course in courses.items():
        risk[places[name]] = course
    return risk, places


def apart(bed: Bed, rng: np.random.Generator, spots: int) -> list[np.ndarray]:
    """Hot spots that do not touch."""
    chosen: list[np.ndarray] = []
    taken = np.zeros(bed.count)
    while len(chosen) < spots:
        places = plant(bed, rng, 1)[0]
        if not taken[places].any():
            chosen.append(places)
            taken[places] = 1
            taken = np.maximum(taken, bed.matrix @ taken)
    return chosen


def test_each_class_is_told_from_the_others(bed: Bed) -> None:
    rng = np.random.default_rng(11)
    risk, places = risks(bed, rng)
    counts = cases(bed, rng, mean=2, dispersion=0.05, risk=risk)
    rows = emerging_hot_spots(panel(bed, counts), bed.neighbours, recent=RECENT).rows
    classes = np.array(rows["class_code"].to_list())
    for name, planted in places.items():
        right = (classes[planted] == name).sum()
        assert right >= 5, (name, classes[planted])
    planted = np.concatenate(list(places.values()))
    assert (np.delete(classes, planted) != "none").mean() <= 0.01


def test_a_season_that_all_share_is_no_trend_and_no_hot_spot(bed: Bed) -> None:
    rng = np.random.default_rng(12)
    season = 1 + 0.8 * np.sin(np.arange(MONTHS) / 6 * np.pi)
    growth = np.linspace(1.0, 3.0, MONTHS)
    risk = np.tile(season * growth, (bed.count, 1))
    counts = cases(bed, rng, mean=1, dispersion=0.2, risk=risk)
    rows = emerging_hot_spots(panel(bed, counts), bed.neighbours, recent=RECENT).rows
    assert rows["class_code"].unique().to_list() == ["none"]


def test_a_hot_spot_of_a_past_year_is_sporadic_or_fading(bed: Bed) -> None:
    rng = np.random.default_rng(13)
    risk = np.ones((bed.count, MONTHS))
    places = plant(bed, rng, 1)[0]
    risk[places, 10:20] = 6.0
    counts = cases(bed, rng, mean=2, dispersion=0.05, risk=risk)
    rows = emerging_hot_spots(panel(bed, counts), bed.neighbours, recent=RECENT).rows
    found = rows["class_code"].gather(places).to_list()
    assert set(found) <= {"sporadic", "fading", "none"}
    assert sum(name != "none" for name in found) >= 5


def test_a_grid_that_came_late_is_judged_from_then_on(bed: Bed) -> None:
    rng = np.random.default_rng(14)
    counts = cases(bed, rng, mean=2, dispersion=0.0, risk=np.ones((bed.count, MONTHS)))
    late = bed.codes[0]
    rows = panel(bed, counts)
    start = rows["period_start_date"].unique().sort()[20]
    is_before = (pl.col("grid_code") == late) & (pl.col("period_start_date") < start)
    rows = rows.with_columns(
        exposure=pl.when(is_before).then(0.0).otherwise("exposure"),
        case_count=pl.when(is_before).then(0).otherwise("case_count"),
    )
    found = emerging_hot_spots(rows, bed.neighbours, recent=RECENT).rows.row(0, named=True)
    assert found["class_code"] == "none"
    assert found["earlier_ratio"] == pytest.approx(1.0, abs=0.6)
    assert np.abs(found["gi_z"]).max() < 5


def test_every_class_has_a_name_and_the_order_of_rows_does_not_matter(bed: Bed) -> None:
    rng = np.random.default_rng(15)
    risk, _ = risks(bed, rng)
    counts = cases(bed, rng, mean=1, dispersion=0.05, risk=risk)
    rows = panel(bed, counts)
    once = emerging_hot_spots(rows, bed.neighbours, recent=RECENT)
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=1)
    again = emerging_hot_spots(shuffled, bed.neighbours, recent=RECENT)
    assert once.rows.equals(again.rows)
    assert set(once.rows["class_code"]) <= set(CLASSES)
    assert once.period_start_dates.len() == MONTHS
