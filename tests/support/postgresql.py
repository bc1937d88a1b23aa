"""A PostgreSQL server of the tests' own, in a folder of its own, on a free port of loopback."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER, PASSWORD, NAME = "collector", "s3cret-pa55", "postgres"
START_SECONDS = 30


class Server:
    """A server that can be killed and started again. Its rows are not flushed to disk."""

    def __init__(self, folder: Path, *, programs: Path, port: int) -> None:
        """Make its files."""
        self.folder, self.programs, self.port = folder, programs, port
        self.process: subprocess.Popen[bytes] | None = None
        secret = folder / "password"
        secret.write_text(PASSWORD)
        # The server refuses to run as root.
        self.user = _other_user() if os.geteuid() == 0 else None
        if self.user:
            for path in (folder, secret):
                shutil.chown(path, self.user)
        self._run(
            [
                str(programs / "initdb"),
                f"--pgdata={folder / 'data'}",
                f"--username={USER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]
        )

    @property
    def address(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{NAME}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                str(self.programs / "postgres"),
                "-D",
                str(self.folder / "data"),
                *("-p", str(self.port), "-k", str(self.folder)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
            ],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("select 1")
            except psycopg.OperationalError:
                assert self.process.poll() is None, "the server ended"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it at once, with all connections, as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(START_SECONDS)

    def execute(self, statement: str, values: Any = None, *, many: Any = None) -> list[Any]:
        """Run a statement as another client; its rows."""
        text: Any = statement
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            dbname=NAME,
            autocommit=True,
        ) as connection:
            if many is not None:
                connection.cursor().executemany(text, many)
                return []
            cursor = connection.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def cut_others(self) -> None:
        """Break every other client's connection."""
        self.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for as long as it is needed; the test is skipped where none is installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL here: tests/support/install_postgresql.sh installs it")
    folder = Path(tempfile.mkdtemp(prefix="gridgov-postgresql-"))
    folder.chmod(0o755)
    try:
        server = Server(folder, programs=programs, port=_free_port())
        server.start()
        try:
            yield server
        finally:
            if server.process and server.process.poll() is None:
                server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _other_user() -> str:
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
