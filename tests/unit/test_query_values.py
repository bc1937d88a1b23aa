"""Values and their intervals from the sums of an answer."""

import numpy as np

from warehouse.catalogue import load_catalogue
from warehouse.query.values import _rate

KPI = load_catalogue()["visit_coverage_rate"]


def test_all_and_none_lie_in_their_own_interval() -> None:
    everybody = np.arange(1.0, 2000.0)
    all_of_them = _rate({"numerator": everybody, "denominator": everybody}, KPI)
    assert np.all(np.asarray(all_of_them["interval_high"]) == 1)
    none = _rate({"numerator": everybody * 0, "denominator": everybody}, KPI)
    assert np.all(np.asarray(none["interval_low"]) == 0)
