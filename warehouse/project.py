"""Where the dbt project and the worked examples lie, without importing dbt."""

from pathlib import Path

import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same as the plain one, some ten times faster, where yaml was built with its C library."""


PACKAGE = Path(__file__).parent


def project_folder() -> Path:
    """The dbt project: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "dbt_project"
    return installed if installed.exists() else PACKAGE.parent / "dbt_project"


def examples_folder() -> Path:
    """The KPIs' worked examples: inside the installed package, or among a checkout's tests."""
    installed = PACKAGE / "catalogue" / "worked_examples"
    return installed if installed.exists() else PACKAGE.parent / "tests" / "spec" / "kpis"
