"""Settings: `GRIDGOV_*` variables over `gridgov.toml` over defaults; frozen and passed on."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from warehouse.errors import InputError

PREFIX = "GRIDGOV_"


@dataclass(frozen=True)
class Paths:
    """Where state lives: all below one home, so a backup is a copy of one folder."""

    home: Path
    landing: Path
    quarantine: Path
    inbox: Path
    vault: Path
    work: Path
    published: Path
    tiles: Path
    drawn: Path
    reports: Path
    logs: Path
    sources: Path
    counties: Path

    @classmethod
    def below(cls, home: Path) -> "Paths":
        """The folders of one home, each named as its field."""
        names = [field.name for field in fields(cls) if field.name != "home"]
        return cls(home, **{name: home / name for name in names})


class Settings(BaseModel):
    """Everything that differs between installations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Path("data")
    """Folder of all state (`GRIDGOV_HOME`)."""

    threads: int = Field(default=0, ge=0)
    """Threads of the engine; 0 takes every processor."""

    memory_limit: str = Field(default="5GB", min_length=1)
    """Memory the engine may take, as `8GB`; what needs more is spilled to disk. With the default
    ten million cases are loaded, built and published in less than 8 GB."""

    published_versions_kept: int = Field(default=3, ge=1)
    """Published versions kept for readers that are still at work on an older one."""

    key: SecretStr = SecretStr("")
    """Master key of pseudonyms, vault and quarantine: hex or base64 of at least 32 bytes
    (`GRIDGOV_KEY`)."""

    key_file: Path | None = None
    """File of the key instead (`GRIDGOV_KEY_FILE`); else `<home>.key`, made when first needed."""

    browser: Path | None = None
    """Chromium that prints reports (`GRIDGOV_BROWSER`); else the first found on the path."""

    @property
    def paths(self) -> Paths:
        """The folders below `home`."""
        return Paths.below(self.home)


def load_settings(environ: Mapping[str, str], *, folder: Path) -> Settings:
    """Read `gridgov.toml` in `folder`, then the `GRIDGOV_*` variables over it.

    Raises:
        InputError: a name that is no setting or a value of the wrong kind.
    """
    file = folder / "gridgov.toml"
    from_environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    try:
        from_file = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        settings = Settings.model_validate({**from_file, **from_environment})
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"设置文件 / settings file {file}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = ", ".join(sorted(Settings.model_fields))
        # What stands under a name that is none may be a key whose name was mistyped.
        is_shown = name in Settings.model_fields and name != "key"
        value = f" = {first['input']!r}" if is_shown else ""
        raise InputError(
            f'设置 / setting "{name}"{value}: {first["msg"]}; 可用 / known: {known}'
        ) from None
    places: dict[str, Path] = {"home": (folder / settings.home).resolve()}
    if settings.key_file is not None:
        places["key_file"] = (folder / settings.key_file).resolve()
    if settings.browser is not None:
        places["browser"] = folder / settings.browser
    return settings.model_copy(update=places)
