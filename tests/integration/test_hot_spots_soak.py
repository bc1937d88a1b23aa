"""Hot spots planted on the sample county's grids, 50 seeds: at most 5 % of what is found is false.

Shares with their intervals are properties of each test (`--junit-xml`).
"""

from collections.abc import Callable

import numpy as np
import pytest

from geo.hotspots import emerging_hot_spots
from geo.hotspots.background import fit_background
from geo.hotspots.judgement import LEVEL, judge
from tests.support.planted import (
    Bed,
    Found,
    average,
    cases,
    judged,
    over_seeds,
    panel,
    plant,
    sample_bed,
)

pytestmark = pytest.mark.soak

SEEDS = range(50)
SPOTS = 10
MONTHS, RECENT = 36, 3


@pytest.fixture(scope="module")
def bed() -> Bed:
    return sample_bed()


def called(bed: Bed):
    exposure = bed.residents[:, None]
    return lambda counts: judge(counts[:, None].astype(float), exposure, bed.matrix).is_hot[:, 0]


def told(found: list[Found]) -> str:
    """Shares with their 95 % intervals, for the report of the test."""
    return ", ".join(
        f"{name} {mean:.1%} ({low:.1%} to {high:.1%})"
        for name in ("false_share", "far_false_share", "power")
        for mean, low, high in [average(found, name)]
    )


@pytest.mark.parametrize(
    ("mean", "dispersion", "least_power"),
    [
        (0.3, 0.0, 0.0),
        (1.0, 0.0, 0.07),
        (1.0, 0.33, 0.03),
        (3.0, 0.0, 0.5),
        (3.0, 0.33, 0.12),
        (10.0, 0.0, 0.93),
        (10.0, 0.33, 0.25),
    ],
)
def test_at_most_one_hot_spot_in_twenty_is_false(
    bed: Bed,
    mean: float,
    dispersion: float,
    least_power: float,
    record_property: Callable[[str, object], None],
) -> None:
    """Every grid counts as false that is not raised itself, those beside a hot spot too."""
    found = over_seeds(
        bed,
        called(bed),
        seeds=SEEDS,
        mean=mean,
        dispersion=dispersion,
        risk=3.0,
        spots=SPOTS,
    )
    record_property("shares", told(found))
    assert average(found, "false_share")[0] <= LEVEL
    assert average(found, "power")[0] >= least_power


@pytest.mark.parametrize("dispersion", [0.0, 0.33])
@pytest.mark.parametrize("mean", [0.3, 3.0, 10.0])
def test_without_hot_spots_few_seeds_have_one(bed: Bed, mean: float, dispersion: float) -> None:
    found = over_seeds(
        bed, called(bed), seeds=SEEDS, mean=mean, dispersion=dispersion, risk=1.0, spots=1
    )
    # At 5 % a seed, seven or more of fifty have a chance of 1.2 %.
    assert sum(one.found_count > 0 for one in found) <= 6


def test_against_what_is_usual_only_what_is_new_is_found(
    bed: Bed, record_property: Callable[[str, object], None]
) -> None:
    """Grids whose rates have always differed, and ten hot spots of the last period: the exposure is
    what each had before, drawn towards the county's rate."""
    found = []
    for seed in SEEDS:
        rng = np.random.default_rng([seed, 77])
        raised = np.zeros(bed.count, dtype=bool)
        for places in plant(bed, rng, SPOTS):
            raised[places] = True
        risk = np.column_stack([np.full(bed.count, 4.0), np.where(raised, 3.0, 1.0)])
        counts = cases(bed, rng, mean=4, dispersion=0.33, risk=risk).astype(float)
        past, exposure = counts[:, :1], bed.residents[:, None]
        background = fit_background(past, exposure, np.zeros(past.shape, dtype=bool))
        share = background.dispersion
        usual = exposure * (1 + share * past) / (1 + share * background.rate * exposure)
        hot = judge(counts[:, 1:], usual, bed.matrix).is_hot[:, 0]
        found.append(judged(bed, raised, hot))
    record_property("shares", told(found))
    assert average(found, "false_share")[0] <= LEVEL
    assert average(found, "power")[0] >= 0.4


def test_classes_over_time_hold_over_seeds(
    bed: Bed, record_property: Callable[[str, object], None]
) -> None:
    """Four hot spots of each class: how often each is told, and what is found beside them."""
    rise = np.linspace(1.0, 6.0, MONTHS)
    courses = {
        "persistent": np.full(MONTHS, 3.0),
        "new": np.r_[np.ones(MONTHS - RECENT), np.full(RECENT, 6.0)],
        "intensifying": rise,
        "fading": rise[::-1],
    }
    found: list[Found] = []
    told_classes: dict[str, list[str]] = {name: [] for name in courses}
    for seed in SEEDS[:20]:
        rng = np.random.default_rng([seed, 88])
        risk = np.ones((bed.count, MONTHS))
        places_of: dict[str, np.ndarray] = {}
        for name, course in courses.items():
            places_of[name] = np.concatenate(plant(bed, rng, 4))
            risk[places_of[name]] = course
        counts = cases(bed, rng, mean=1.0, dispersion=0.1, risk=risk)
        rows = emerging_hot_spots(panel(bed, counts), bed.neighbours, recent=RECENT).rows
        classes = np.array(rows["class_code"].to_list())
        raised = (risk != 1.0).any(axis=1)
        found.append(judged(bed, raised, classes != "none"))
        for name, places in places_of.items():
            told_classes[name] += classes[places].tolist()
    for name, classes_told in told_classes.items():
        kinds, counts = np.unique(classes_told, return_counts=True)
        record_property(name, dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
    record_property("shares", told(found))
    assert average(found, "false_share")[0] <= LEVEL
    for name, classes_told in told_classes.items():
        kinds, counts = np.unique(
            [one for one in classes_told if one != "none"], return_counts=True
        )
        assert kinds[np.argmax(counts)] == name
