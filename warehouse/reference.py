"""What is derived from the catalogue and the models: reference pages and the semantic layer.

`python -m warehouse.reference` writes it, `--check` exits 1 when it is not current.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from warehouse import semantic
from warehouse.catalogue import load_catalogue
from warehouse.reference_kpis import PAGE, kpi_page
from warehouse.reference_tables import PAGES, read_tables, table_pages

ROOT = Path(__file__).parents[1]

OWNED = ((PAGES, "*.md"), (semantic.FOLDER, "*.yml"))
"""Folders that hold derived files and nothing else."""


def generated_files() -> dict[Path, str]:
    """Content of every derived file by its path from the root of the project."""
    kpis = list(load_catalogue().values())
    return {
        PAGE: kpi_page(kpis, ROOT),
        **semantic.semantic_files(kpis),
        **table_pages(read_tables(ROOT / "dbt_project")),
    }


def main(args: Sequence[str], *, root: Path = ROOT) -> int:
    """Write every derived file below `root`, or with `--check` say which are not current.

    A file of tables or facts that are gone is stale too, and is removed.
    """
    current = generated_files()
    left = [
        file.relative_to(root)
        for folder, names in OWNED
        for file in sorted((root / folder).glob(names))
        if file.relative_to(root) not in current
    ]
    stale = [
        path
        for path, text in current.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]
    if "--check" in args:
        for path in (*stale, *left):
            sys.stderr.write(
                f"{path}: 不是最新 / not current; run `python -m warehouse.reference`\n"
            )
        return 1 if stale or left else 0
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(current[path], encoding="utf-8")
    for path in left:
        (root / path).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
