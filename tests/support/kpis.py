"""KPIs made for one test, put into the catalogue beside its own."""

from typing import Any

import pytest

from warehouse.catalogue import Kpi, load
from warehouse.catalogue.model import NEEDED, POSSIBLE

LIKE = "on_time_resolution_rate"


def add_kpi(monkeypatch: pytest.MonkeyPatch, kpi_id: str, **fields: Any) -> Kpi:
    """A KPI of these fields; its texts and dates are another's."""
    of_kinds = {name for names in (*NEEDED.values(), *POSSIBLE.values()) for name in names}
    own = {*of_kinds, "fact", "date", "excluded", "not_yet_due", "due_passed", "targets"}
    texts = load.load_catalogue()[LIKE].model_dump(exclude=own | {"kpi_id"})
    kpi = Kpi.model_validate({**texts, "kpi_id": kpi_id, **fields})
    catalogue = {**load.load_catalogue(), kpi_id: kpi}
    monkeypatch.setattr("warehouse.catalogue.load.load_catalogue", lambda: catalogue)
    return kpi
