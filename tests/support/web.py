"""Front-end packages that only tests use."""

from pathlib import Path

AXE = Path(__file__).parents[2] / "dashboards/web/node_modules/axe-core/axe.min.js"
"""axe-core, as `npm ci` puts it there."""
