"""What alerts promise, on many generated counties: early_alerts prints the whole table."""

import numpy as np
import pytest

from benchmarks.early_alerts import LEAST_FOUND, MOST_FALSE, Score, judge_product, make_bed

COUNTIES = {"county": (300_000, 12), "full": (3_000_000, 3)}


@pytest.mark.soak
@pytest.mark.parametrize("scale", COUNTIES)
def test_doublings_are_found_within_three_days_and_false_alerts_are_few(scale: str) -> None:
    cases, seeds = COUNTIES[scale]
    score, grids, promised = Score(), [], []
    for seed in range(100, 100 + seeds):
        is_quick, of_grids = judge_product(make_bed(seed, cases, 1_800), score)
        promised.append(is_quick)
        grids.append(of_grids)
    fair = np.concatenate(promised) & np.concatenate(score.is_fair)
    found = np.concatenate(score.found)[fair, 0]
    assert len(found) > 800
    assert found.mean() >= LEAST_FOUND
    assert np.mean(score.false_alerts) + np.mean(grids) <= MOST_FALSE
