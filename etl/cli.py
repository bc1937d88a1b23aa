"""Commands: load, quarantine, rekey, sources."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from etl.batch import find_batch
from etl.load import BatchReport, load_files
from etl.quarantine import batches_with_refusals, export_rows, refused_rows
from etl.rekey import rekey
from etl.source import load_sources
from warehouse.settings import Settings

MOST_REASONS = 8

Out = Annotated[Path, typer.Option("--out", help="目标文件 / file to write: .csv or .xlsx")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="批次 / batch, as 20261122-0001")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("load")(load)
    app.command("sources")(sources)
    app.command("rekey")(change_key)
    quarantine = typer.Typer(help="拒收的行 / refused rows", no_args_is_help=True)
    quarantine.command("list")(quarantine_list)
    quarantine.command("show")(quarantine_show)
    quarantine.command("export")(quarantine_export)
    app.add_typer(quarantine, name="quarantine")


def load(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="来源 / source, see `gridgov sources`")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="文件 / files of it; none of a database or service"),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="遇到第一条坏行即拒收全文件 / refuse at the first bad row"),
    ] = False,
) -> None:
    """装载来源的文件,一个文件一批;不给文件则抽取 / Load files of a source, or ask a live one."""
    settings: Settings = context.obj
    notice = partial(typer.echo, err=True)
    if files:
        reports = load_files(source, files, settings=settings, strict=strict, notice=notice)
    else:
        # Clients of databases and services take half a second to import; files need none.
        from etl.extraction import load_live  # noqa: PLC0415

        reports = load_live(source, settings=settings, strict=strict, notice=notice)
    if not reports:
        typer.echo(f"{source}: 没有新记录 / nothing new")
    for report in reports:
        typer.echo(told(report))
        if report.error:
            typer.echo(f"错误 / error: {report.error}", err=True)
    raise typer.Exit(max((report.exit_code for report in reports), default=0))


def told(report: BatchReport) -> str:
    """What became of a file, for a terminal: counts that add up, reasons, the next command."""
    batch = report.batch
    way = f"{report.source.id} → {report.source.dataset}"
    if batch is None:
        return f"{way:<32} {report.file.name}: 未装载 / not loaded"
    if report.is_unchanged:
        return (
            f"{way:<32} {report.file.name}: 已装载过,无变化 / was loaded before, in batch "
            f"{batch.batch_id}; nothing changed"
        )
    lines = [
        f"{way:<32} 读取 {batch.rows_read:,} rows read   落地 {batch.rows_landed:,} landed   "
        f"拒收 {batch.rows_refused:,} refused   {report.seconds:.1f} s"
    ]
    if batch.rows_refused:
        lines.append(
            f"  拒收原因 / refused: {_reasons(batch.refused_by_reason)}   "
            f"(gridgov quarantine show {batch.batch_id})"
        )
        lines += [f"  {example}" for example in report.examples]
    lines += [f"  {note}" for note in batch.notes[:MOST_REASONS]]
    if len(batch.notes) > MOST_REASONS:
        lines.append(f"  … (+{len(batch.notes) - MOST_REASONS})")
    if batch.status == "landed":
        lines.append(
            f"批次 / batch {batch.batch_id} 已落地 / landed; "
            "运行 / run `gridgov build` 发布 / to publish"
        )
    else:
        lines.append(
            f"批次 / batch {batch.batch_id} 整批拒收 / refused whole; 未装载 / nothing loaded"
        )
    return "\n".join(lines)


def _reasons(counts: dict[str, int]) -> str:
    shown = [f"{_spoken(reason)} {count:,}" for reason, count in counts.items()]
    more = f" … (+{len(shown) - MOST_REASONS})" if len(shown) > MOST_REASONS else ""
    return ", ".join(shown[:MOST_REASONS]) + more


def _spoken(reason: str) -> str:
    """A reason with spaces, the column it is about left as it is."""
    kind, _, column = reason.partition(":")
    return f"{kind.replace('_', ' ')} ({column})" if column else kind.replace("_", " ")


def sources(context: typer.Context) -> None:
    """列出来源 / List the sources."""
    for source in load_sources(context.obj).values():
        typer.echo(
            f"{source.id:<24} → {source.dataset:<12} {source.county:<8} {source.format:<10} "
            f"{source.name.zh} / {source.name.en}"
        )


def change_key(
    context: typer.Context,
    new_key_file: Annotated[
        Path | None,
        typer.Option(
            "--new-key-file",
            help="新密钥文件,不存在则新建 / file of the new key, made when there is none",
        ),
    ] = None,
) -> None:
    """更换密钥 / Put pseudonyms, vault and quarantine under a new key."""
    done = rekey(context.obj, new_key_file=new_key_file, progress=typer.echo)
    typer.echo(
        f"密钥已更换 / the key was changed: {done.old} → {done.new}, "
        f"{done.batches:,} 批次 / batches; 新密钥 / new key: {done.key_file}"
    )
    if done.old_key_file is None:
        typer.echo(f"  请设置 / from now on set GRIDGOV_KEY_FILE={done.key_file}")
    else:
        typer.echo(
            f"  旧密钥 / old key: {done.old_key_file}; 旧备份不再需要时请删除 / delete it when no "
            "copy under it is needed any more"
        )
    typer.echo(
        "  工作文件与已发布的人员数据已删除 / the work file and what was published of persons are "
        "gone; 请运行 / run `gridgov build`"
    )


def quarantine_list(context: typer.Context) -> None:
    """列出有拒收行的批次 / List the batches of which rows were refused."""
    batches = batches_with_refusals(context.obj)
    for batch in batches:
        whole = "整批拒收 / refused whole" if batch.status == "refused" else ""
        typer.echo(
            f"{batch.batch_id}  {batch.source_id:<20} {batch.file_name}  拒收 / refused "
            f"{batch.rows_refused:,} of {batch.rows_read:,}: "
            f"{_reasons(batch.refused_by_reason)}  {whole}".rstrip()
        )
    if not batches:
        typer.echo("没有拒收的行 / no refused rows")


def quarantine_show(
    context: typer.Context,
    batch_id: BatchId,
    most: Annotated[int, typer.Option("--most", min=1, help="最多显示行数 / rows at most")] = 20,
) -> None:
    """显示一批的拒收行和原因 / Show the refused rows of a batch with their reasons."""
    batch = find_batch(context.obj, batch_id)
    rows = refused_rows(context.obj, batch=batch)
    for row in rows.head(most).iter_rows(named=True):
        line = "" if row["line_number"] is None else f", line {row['line_number']:,}"
        typer.echo(f"row {row['source_row_number']:,}{line}: {', '.join(row['reasons'])}")
        for detail in row["details"]:
            typer.echo(f"  {detail}")
        typer.echo(f"  {row['raw'][:500]}")
    if rows.height > most:
        typer.echo(
            f"… (+{rows.height - most:,})  "
            f"gridgov quarantine export {batch.batch_id} --out FILE.csv"
        )


def quarantine_export(context: typer.Context, batch_id: BatchId, out: Out) -> None:
    """导出一批的拒收行 / Export the refused rows of a batch."""
    rows = refused_rows(context.obj, batch=find_batch(context.obj, batch_id))
    export_rows(rows, out=out)
    typer.echo(f"{out}: {rows.height:,} 行 / rows")
