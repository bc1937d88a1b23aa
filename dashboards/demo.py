"""The sample county, from nothing to a published version."""

from collections.abc import Callable, Iterator
from time import monotonic

from etl.load import BatchReport, load_files
from etl.sample.generate import Scale, generate_sample
from warehouse.build import build
from warehouse.errors import InputError
from warehouse.published import NothingPublishedError, PublishedStore
from warehouse.settings import Settings

Tell = Callable[[str], None]


def prepare_demo(settings: Settings, *, scale: Scale, tell: Tell) -> int:
    """Generate the sample's files, load them, build and publish; returns the version.

    Files that landed before are not loaded again, and when all of them did, the version that is
    published already stays.

    Raises:
        InputError: a file was refused.
    """
    started = monotonic()
    folder = settings.home / "sample" / scale
    tell(f"1/3 生成示例数据 / generating the sample county, scale {scale} …")
    files = generate_sample(folder, scale=scale)
    tell(f"2/3 入库 / loading {sum(map(len, files.values()))} files …")
    reports = [
        report
        for source_id, paths in files.items()
        for report in load_files(source_id, paths, settings=settings)
    ]
    for line in _told(reports):
        tell(line)
    if refused := [report for report in reports if report.exit_code]:
        raise InputError("; ".join(f"{report.file.name}: {report.error}" for report in refused))
    version = _published(settings) if all(report.is_unchanged for report in reports) else None
    if version is None:
        tell("3/3 构建并发布 / building and publishing …")
        version = build(settings=settings, progress=lambda step: tell(f"    {step}"))
    tell(f"已发布版本 / published version {version} ({monotonic() - started:.0f} s)")
    return version


def _told(reports: list[BatchReport]) -> Iterator[str]:
    for report in reports:
        if report.is_unchanged:
            yield f"    {report.file.name}: 已入库 / landed before"
        elif report.batch is not None:
            batch = report.batch
            yield (
                f"    {report.file.name}: {batch.rows_read:,} 读取 / read, "
                f"{batch.rows_landed:,} 入库 / landed, {batch.rows_refused:,} 隔离 / quarantined"
            )


def _published(settings: Settings) -> int | None:
    try:
        return PublishedStore(settings).current().version
    except NothingPublishedError:
        return None
