"""What is derived from the catalogue is current."""

from warehouse.catalogue import load_catalogue
from warehouse.reference import PAGE, ROOT, generated_files, main


def test_the_generated_page_is_current() -> None:
    for path, content in generated_files().items():
        assert (ROOT / path).read_text(encoding="utf-8") == content, path
    assert main(["--check"]) == 0


def test_the_page_holds_every_kpi_and_links_to_its_examples() -> None:
    page = generated_files()[PAGE]
    for kpi in load_catalogue().values():
        assert f"## {kpi.name.zh} / {kpi.name.en}" in page
        assert f"(../../tests/spec/kpis/{kpi.kpi_id}.yml)" in page
