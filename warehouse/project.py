"""Where the dbt project lies, without importing dbt."""

from pathlib import Path

import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same as the plain one, some ten times faster, where yaml was built with its C library."""


def project_folder() -> Path:
    """The dbt project: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "dbt_project"
    return installed if installed.exists() else package.parent / "dbt_project"
