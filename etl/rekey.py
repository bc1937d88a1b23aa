"""A new key: every pseudonym and every sealed file again, by what the vault knows.

Pseudonyms cannot be turned back, so those of landing are made anew from the clear values in the
vault, batch by batch. Everything is prepared beside the data and then switched (see
`warehouse.rekeying`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.batch import sweep
from etl.contract import Contract
from etl.contract_files import get_contract
from etl.pseudonymise import PSEUDONYMS
from etl.readers.extract import ROW
from etl.sealed_rows import Area, open_rows, seal_rows
from warehouse.errors import InputError, UsageError
from warehouse.keys import (
    SEALED_FILE,
    KeyPlace,
    Keys,
    create_key_file,
    key_place,
    load_keys,
    read_key_file,
)
from warehouse.ledger import ROWS_FILE
from warehouse.lock import writer_lock
from warehouse.rekeying import PREPARED, Journal, finish_rekey, flush
from warehouse.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Rekeyed:
    """What a change of the key did.

    old_key_file: where the replaced key is kept; None where its file was left alone.
    """

    key_file: Path
    old_key_file: Path | None
    batches: int
    old: str
    new: str


def rekey(
    settings: Settings,
    *,
    new_key_file: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Rekeyed:
    """Put the home under a new key.

    The work file and what is published of persons are discarded, so a build must follow. A kill at
    any moment leaves the home under the old key or under the new one; the next load, build or
    rekey tidies up.

    Args:
        new_key_file: holds the new key, or gets one when there is no such file; the settings must
            name it from then on. When None the new key takes the place of the old one's file, which
            is kept beside it under the fingerprint of its key.
        progress: told each dataset as it is prepared.

    Raises:
        UsageError: the key is in a variable and no new file is named; or the new one is the old.
        InputError: a key is missing or wrong, or the vault lacks what landing refers to; nothing
            was changed.
        BusyError: another writer is at work.
    """
    with writer_lock(settings, doing="rekey"):
        sweep(settings.paths)
        old = load_keys(settings, may_create=False)
        place = key_place(settings)
        target, is_replaced = _target(settings, place=place, new_key_file=new_key_file)
        is_made = not target.exists()
        journal = Journal(
            state="preparing",
            old=old.fingerprint,
            new="",
            new_key_file=str(target) if is_made else "",
            key_file=str(place.file) if is_replaced else "",
        )
        try:
            if is_made:
                # The journal comes first: a kill in between leaves no key that nobody speaks of.
                journal.write(settings.paths)
                new = Keys.derived(create_key_file(target))
            else:
                new = Keys.derived(read_key_file(KeyPlace(target)))
            if new.fingerprint == old.fingerprint:
                raise UsageError(f"{target}: 与现用密钥相同 / is the key that is in use")
            journal = Journal(**{**vars(journal), "new": new.fingerprint})
            journal.write(settings.paths)
            batches = _Change(settings=settings, old=old, new=new, progress=progress).prepare()
        except BaseException:
            finish_rekey(settings.paths)
            raise
        journal.switching().write(settings.paths)
        finish_rekey(settings.paths)
    assert not is_replaced or place.file is not None
    return Rekeyed(
        key_file=place.file if is_replaced and place.file else target,
        old_key_file=journal.kept_key_file if is_replaced else None,
        batches=batches,
        old=old.fingerprint,
        new=new.fingerprint,
    )


def _target(settings: Settings, *, place: KeyPlace, new_key_file: Path | None) -> tuple[Path, bool]:
    """The file of the new key, and whether it takes the place of the old one's."""
    if new_key_file is not None:
        target = new_key_file.resolve()
        if target.is_relative_to(settings.home.resolve()):
            raise UsageError(f"--new-key-file {target}: 不得在数据目录内 / must not be in the home")
        return target, False
    if place.file is None:
        raise UsageError(
            "密钥来自变量 GRIDGOV_KEY / the key is in the variable GRIDGOV_KEY: name a file for "
            "the new one with --new-key-file"
        )
    target = place.file.with_name(f"{place.file.name}.new")
    if target.exists():
        raise UsageError(f"{target}: 已存在 / is there already: name it with --new-key-file")
    return target, True


@dataclass(frozen=True, kw_only=True)
class _Change:
    settings: Settings
    old: Keys
    new: Keys
    progress: Callable[[str], None] | None

    def prepare(self) -> int:
        """Write every file as it will be; returns how many batches have one."""
        paths = self.settings.paths
        batches = set()
        for area, folder in (("vault", paths.vault), ("quarantine", paths.quarantine)):
            for file in sorted(folder.glob(f"*/batch=*/{SEALED_FILE}")):
                dataset = file.parent.parent.name
                batches.add((dataset, file.parent.name))
                if self.progress:
                    self.progress(f"{area}: {dataset} {file.parent.name} …")
                if area == "vault":
                    self._prepare_batch(file, contract=get_contract(dataset))
                else:
                    self._seal(self._open(file, "quarantine"), file, "quarantine")
        for file in sorted(paths.landing.glob(f"*/batch=*/{ROWS_FILE}")):
            batch = (file.parent.parent.name, file.parent.name)
            if not (paths.vault / batch[0] / batch[1] / SEALED_FILE).exists():
                _refuse_unknown(file)
        for folder in (paths.work / PREPARED, *(paths.work / PREPARED).rglob("*/")):
            flush(folder)
        return len(batches)

    def _prepare_batch(self, file: Path, *, contract: Contract) -> None:
        """The vault and landing of one batch, under the new key."""
        clear = self._open(file, "vault")
        keyed = [
            column
            for column in contract.columns
            if column.personal_data in PSEUDONYMS and column.name in clear.columns
        ]
        clear = clear.with_columns(
            PSEUDONYMS[str(column.personal_data)](
                pl.col(column.name), key=self.new.pseudonyms
            ).alias(column.landed[0].name)
            for column in keyed
        )
        self._seal(clear, file, "vault")
        names = [column.landed[0].name for column in keyed]
        if not names:
            return
        landing = self.settings.paths.landing / contract.dataset / file.parent.name / ROWS_FILE
        before = pl.read_parquet(landing, hive_partitioning=False)
        after = before.drop(names).join(
            clear.select(ROW, *names), on=ROW, how="left", maintain_order="left"
        )
        for name in names:
            if not (after[name].is_null() == before[name].is_null()).all():
                raise InputError(
                    f"{file}: 缺少 / lacks the clear value of a {name} in {landing}; "
                    "未更换密钥 / the key was not changed"
                )
        target = self._prepared(landing)
        after.select(before.columns).write_parquet(target, compression="zstd", compression_level=1)
        flush(target)

    def _open(self, file: Path, area: Area) -> pl.DataFrame:
        return open_rows(file, area=area, **_batch_of(file), keys=self.old)

    def _seal(self, rows: pl.DataFrame, file: Path, area: Area) -> None:
        target = self._prepared(file)
        seal_rows(rows, target, area=area, **_batch_of(file), keys=self.new)
        flush(target)

    def _prepared(self, file: Path) -> Path:
        paths = self.settings.paths
        target = paths.work / PREPARED / file.relative_to(paths.home)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def _batch_of(file: Path) -> dict[str, str]:
    return {
        "dataset": file.parent.parent.name,
        "batch_id": file.parent.name.removeprefix("batch="),
    }


def _refuse_unknown(landing: Path) -> None:
    """A batch without a vault must not have any pseudonym: nobody could make it anew."""
    schema = pl.read_parquet_schema(landing)
    names = [name for name in schema if name.endswith(("person_key", "household_key"))]
    if not names:
        return
    rows = pl.scan_parquet(landing, hive_partitioning=False).select(
        pl.any_horizontal(pl.col(names).is_not_null()).any()
    )
    if rows.collect().item():
        raise InputError(
            f"{landing}: 没有对应的保险库 / has pseudonyms and no vault; "
            "未更换密钥 / the key was not changed"
        )
