"""When a change on the map is more than chance."""

import numpy as np
import polars as pl
from scipy import stats

from dashboards.map.change import FALSE_SHARE, significant


def changes(z: np.ndarray) -> pl.DataFrame:
    """Changes of given size in standard errors of 1, with their 95 % intervals."""
    return pl.DataFrame(
        {"change": z, "change_low": z - 1.959964, "change_high": z + 1.959964},
    )


def test_of_changes_by_chance_none_is_said_to_be_significant() -> None:
    said = sum(
        int(significant(changes(np.random.default_rng(seed).normal(size=3_000))).sum())
        for seed in range(20)
    )
    # Without any change a set is called significant at all in one county out of twenty.
    assert said <= 3


def test_large_changes_are_found_and_few_of_those_found_are_false() -> None:
    rng = np.random.default_rng(3)
    z = np.concatenate([rng.normal(size=2_000), rng.normal(5, 1, 200)])
    found = significant(changes(z)).to_numpy()
    assert found[2_000:].mean() > 0.9
    assert found[:2_000].sum() / found.sum() <= 2 * FALSE_SHARE


def test_significance_is_benjamini_and_hochbergs() -> None:
    z = np.random.default_rng(8).normal(1, 2, 300)
    adjusted = stats.false_discovery_control(2 * stats.norm.sf(np.abs(z)), method="bh")
    assert significant(changes(z)).to_list() == (adjusted <= FALSE_SHARE).tolist()


def test_a_change_without_an_interval_is_never_significant() -> None:
    frame = pl.DataFrame(
        {
            "change": [9.0, 9.0, None],
            "change_low": [None, 8.0, None],
            "change_high": [None, 10.0, None],
        }
    )
    assert significant(frame).to_list() == [False, True, False]
