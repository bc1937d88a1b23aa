"""The sample county, from nothing to a published version."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from etl.contract_files import load_contracts
from etl.load import BatchReport, load_files
from etl.sample.generate import Scale, generate_sample
from warehouse.build import build
from warehouse.errors import InputError
from warehouse.ledger import landed_files
from warehouse.published import NothingPublishedError, PublishedStore
from warehouse.settings import Settings
from warehouse.status import PUBLISHED_BATCHES

Tell = Callable[[str], None]


def sample_folder(settings: Settings, scale: Scale) -> Path:
    """Where the sample's files are: beside the home, as a department's files would be.

    They name the persons of the sample in clear, which nothing inside the home does.
    """
    return settings.home.with_name(f"{settings.home.name}.sample") / scale


def prepare_demo(settings: Settings, *, scale: Scale, tell: Tell) -> int:
    """Generate the sample's files, load them, build and publish; returns the version.

    Files that landed before are not loaded again, and a published version that holds all that
    landed stays.

    Raises:
        InputError: a file was refused.
    """
    started = monotonic()
    tell(f"1/3 生成示例数据 / generating the sample county, scale {scale} …")
    with _bar("生成 / generating") as advance:
        files = generate_sample(sample_folder(settings, scale), scale=scale, progress=advance)
    count = sum(map(len, files.values()))
    tell(f"    {count} 个文件 / files, {monotonic() - started:.0f} s")
    tell("2/3 入库 / loading …")
    with _bar("入库 / loading") as advance:
        for source_id, paths in files.items():
            advance(source_id)
            reports = load_files(source_id, paths, settings=settings)
            if refused := [report for report in reports if report.exit_code]:
                faults = (f"{report.file.name}: {report.error}" for report in refused)
                raise InputError("; ".join(faults))
            tell(_told(reports))
    version = _published(settings)
    if version is None:
        tell("3/3 构建并发布 / building and publishing …")
        version = build(settings=settings, progress=lambda step: tell(f"    {step}"))
    tell(f"已发布版本 / published version {version} ({monotonic() - started:.0f} s)")
    return version


@contextmanager
def _bar(doing: str) -> Iterator[Tell]:
    """A bar that moves on with each dataset named; on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console()
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(doing, total=len(load_contracts()))

        def advance(name: str) -> None:
            progress.update(task, advance=1, description=f"{doing}: {name}")

        yield advance


def _told(reports: list[BatchReport]) -> str:
    """One line on a dataset's files: what was read, landed and refused of them."""
    batches = [one.batch for one in reports if one.batch is not None and not one.is_unchanged]
    dataset = f"    {reports[0].source.dataset:<24}"
    if not batches:
        return f"{dataset} 已入库 / landed before"
    read, landed, refused = (
        sum(getattr(batch, name) for batch in batches)
        for name in ("rows_read", "rows_landed", "rows_refused")
    )
    return (
        f"{dataset} {read:>11,} 读取 / read {landed:>11,} 入库 / landed {refused:>6,} 隔离 / "
        f"quarantined   {sum(report.seconds for report in reports):.1f} s"
    )


def _published(settings: Settings) -> int | None:
    """The published version if it holds every batch that landed."""
    try:
        published = PublishedStore(settings).current()
    except NothingPublishedError:
        return None
    landed = {(file.dataset, file.batch_id) for file in landed_files(settings)}
    known = set(published.sql(PUBLISHED_BATCHES).iter_rows())
    return published.version if landed <= known else None
