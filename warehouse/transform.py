"""Running dbt inside this process: parsed once, quiet, and its failures as our errors."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.results import NodeStatus

from warehouse.errors import BuildError
from warehouse.project import project_folder
from warehouse.settings import Settings

WORK_FILE = "warehouse.duckdb"
MOST_NAMED_FAILURES = 5
THREADS = 4
"""Models at a time. The engine uses every processor for one query anyway; more than one model
at a time hides what dbt does in Python between queries."""

BAD = {NodeStatus.Error, NodeStatus.Fail, NodeStatus.RuntimeErr}


def staging_fingerprint() -> str:
    """Changes whenever what staging would hold changes, so that it is read anew then."""
    return _fingerprint("models/staging", "macros")


def seeds_fingerprint() -> str:
    """Changes whenever a code list changes."""
    return _fingerprint("seeds")


def project_fingerprint() -> str:
    """Changes whenever anything of the project does."""
    return _fingerprint(".")


def _fingerprint(*folders: str) -> str:
    project = project_folder()
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted((project / folder).rglob("*")):
            if file.suffix in {".sql", ".yml", ".csv"}:
                digest.update(file.relative_to(project).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Transform:
    """The dbt project over one work database."""

    settings: Settings
    on_model: Callable[[str], None] = lambda _: None
    """Told the name of each model when it is done."""

    _manifests: ClassVar[dict[str, Any]] = {}

    def build(
        self, *selectors: str, left_out: Sequence[str] = (), full_refresh: bool = False
    ) -> None:
        """Run seeds, models and data tests; unit tests belong to the test suite.

        dbt is handed a project of these alone: to choose them among everything takes it longer
        than to run them. Nothing of them may therefore refer to a model that is not selected.

        Args:
            selectors: `path:` with a folder or file, and `,resource_type:test` for its tests only.
            left_out: selectors of what is not run.

        Raises:
            BuildError: a model failed, or a data test found rows that must not be.
        """
        arguments = ["--full-refresh"] if full_refresh else []
        self.invoke("build", *arguments, manifest=self._part(selectors, left_out))

    def invoke(
        self, command: str, *arguments: str, manifest: Manifest | None = None
    ) -> dbtRunnerResult:
        """Run any dbt command on the parsed project, or on a part of it.

        Raises:
            BuildError: it failed.
        """
        runner = dbtRunner(manifest=manifest or self._manifest, callbacks=[self._tell])
        return self._finish(runner, [command, *self._options, "--no-write-json", *arguments])

    @cached_property
    def _manifest(self) -> Any:
        # The parsed project names no file of an installation, so one serves the whole process.
        known = project_fingerprint()
        if known not in self._manifests:
            parsed = self._finish(dbtRunner(), ["parse", *self._options])
            self._manifests[known] = parsed.result
        return self._manifests[known]

    def _part(self, selectors: Sequence[str], left_out: Sequence[str]) -> Manifest:
        whole = self._manifest
        nodes = {
            key: node
            for key, node in whole.nodes.items()
            if any(_is_selected(node, one) for one in selectors)
            and not any(_is_selected(node, one) for one in left_out)
        }
        return Manifest(
            nodes=nodes,
            sources=whole.sources,
            macros=whole.macros,
            docs=whole.docs,
            metadata=whole.metadata,
            flat_graph=whole.flat_graph,
        )

    def _finish(self, runner: dbtRunner, arguments: Sequence[str]) -> dbtRunnerResult:
        try:
            outcome = runner.invoke(list(arguments))
        finally:
            # dbt keeps its connection open, and with it the lock on the file.
            DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            raise _failure(outcome) from outcome.exception
        return outcome

    @cached_property
    def _options(self) -> list[str]:
        folder = self.settings.paths.work / "dbt"
        folder.mkdir(parents=True, exist_ok=True)
        self._write_profile(folder)
        return [
            *["--project-dir", str(project_folder()), "--profiles-dir", str(folder)],
            *["--target-path", str(folder / "target")],
            *["--log-path", str(self.settings.paths.logs)],
            *["--quiet", "--no-print", "--log-level", "none"],
            *["--log-level-file", "info", "--no-version-check", "--no-send-anonymous-usage-stats"],
        ]

    def _write_profile(self, folder: Path) -> None:
        engine = {
            "threads": self.settings.threads or None,
            "memory_limit": self.settings.memory_limit,
            "TimeZone": "UTC",
        }
        target = {
            "type": "duckdb",
            "path": str(self.settings.paths.work / WORK_FILE),
            "schema": "main",
            "threads": THREADS,
            # Given once, on opening: once something has spilled it cannot be set again.
            "config_options": {"temp_directory": str(self.settings.paths.work / "spill")},
            "settings": {name: value for name, value in engine.items() if value is not None},
        }
        profile = {"gridgov": {"target": "work", "outputs": {"work": target}}}
        text = yaml.safe_dump(profile, sort_keys=False)
        file = folder / "profiles.yml"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")

    def _tell(self, event: Any) -> None:
        if event.info.name in {"LogModelResult", "LogSeedResult"}:
            self.on_model(event.data.node_info.node_name)


def _is_selected(node: Any, selector: str) -> bool:
    """Whether a node lies in what a selector names, or is described there."""
    path, _, kind = selector.removeprefix("path:").partition(",resource_type:")
    if kind and node.resource_type != kind:
        return False
    described_in = (getattr(node, "patch_path", None) or "").partition("://")[2]
    files = (node.original_file_path, described_in)
    return any(f"{file}/".startswith(f"{path}/") for file in files)


def failed(reasons: Sequence[str]) -> BuildError:
    """What stopped a build: as many reasons as one reads."""
    shown = reasons[:MOST_NAMED_FAILURES]
    more = len(reasons) - len(shown)
    return BuildError(
        "\n  ".join(
            [
                "构建失败,已发布的版本不变 / the build failed, the published version stays",
                *shown,
                *([f"… (+{more})"] if more else []),
            ]
        )
    )


def failed_test(name: str, rows: int) -> str:
    """How a data test that found rows is named."""
    return f"检验 / test {name}: {rows:,} 行不符 / rows fail it"


def _failure(outcome: dbtRunnerResult) -> BuildError:
    results = getattr(outcome.result, "results", None) or []
    bad = [result for result in results if result.status in BAD]
    if not bad:
        return BuildError(f"dbt: {outcome.exception}")
    return failed([_reason(result) for result in bad])


def _reason(result: Any) -> str:
    if result.status == NodeStatus.Fail:
        return failed_test(result.node.name, result.failures)
    return f"{result.node.resource_type} {result.node.name}: {(result.message or '').strip()}"
