"""Which pages show which KPIs, read from the pages themselves.

A page uses the KPIs whose ids it writes, itself or in its modules of `dashboards.data`; what it
takes from elsewhere it names in `KPIS`. Nobody keeps a list that could go stale.
"""

import ast
import inspect
import sys
from collections.abc import Collection, Iterator
from functools import cache
from types import ModuleType

from warehouse.catalogue import load_catalogue

DATA = "dashboards.data."


@cache
def page_kpis(pages: tuple[object, ...]) -> dict[str, tuple[str, ...]]:
    """Path of each page → ids of the KPIs it shows, whatever is chosen on it.

    Args:
        pages: modules of pages, in the order of the navigation.
    """
    known = set(load_catalogue())
    modules = [page for page in pages if isinstance(page, ModuleType)]
    return {module.PATH: _kpis(module, known) for module in modules}


def pages_with(kpi_id: str, pages: tuple[object, ...]) -> list[str]:
    """Paths of the pages that show a KPI, in the order of the navigation."""
    return [path for path, kpis in page_kpis(pages).items() if kpi_id in kpis]


def _kpis(page: ModuleType, known: Collection[str]) -> tuple[str, ...]:
    named = [kpi_id for kpi_id in getattr(page, "KPIS", ()) if kpi_id in known]
    for module in (page, *_own_data(page)):
        named += (word for word in _words(module) if word in known)
    return tuple(dict.fromkeys(named))


def _own_data(page: ModuleType) -> Iterator[ModuleType]:
    """Modules of `dashboards.data` that the page takes anything from."""
    names = {
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        for value in vars(page).values()
    }
    for name in sorted(filter(None, names)):
        if name.startswith(DATA) and name != __name__ and name in sys.modules:
            yield sys.modules[name]


@cache
def _words(module: ModuleType) -> tuple[str, ...]:
    """Texts written in a module."""
    return tuple(
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
