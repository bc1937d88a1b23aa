"""Settings: `GRIDGOV_*` variables over `gridgov.toml` over defaults; frozen, passed as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from warehouse.errors import InputError

PREFIX = "GRIDGOV_"


@dataclass(frozen=True)
class Paths:
    """Where state lives. All below one home, so a backup is a copy of one folder."""

    home: Path

    def __getattr__(self, name: str) -> Path:
        if name in FOLDERS:
            return self.home / name
        raise AttributeError(name)


FOLDERS = (
    "landing",
    "quarantine",
    "inbox",
    "vault",
    "work",
    "published",
    "tiles",
    "reports",
    "logs",
    "sources",
    "counties",
)


class Settings(BaseSettings):
    """Everything that differs between installations."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    home: Path = Path("data")
    """Folder of all state (`GRIDGOV_HOME`)."""

    threads: int = Field(default=0, ge=0)
    """Threads of the engine; 0 takes every processor."""

    memory_limit: str = ""
    """Memory the engine may take, as `8GB`; empty leaves it to the engine."""

    published_versions_kept: int = Field(default=3, ge=1)
    """Published versions kept for readers that are still at work on an older one."""

    @property
    def paths(self) -> Paths:
        """The folders below `home`."""
        return Paths(self.home)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in counts: `load_settings` reads the world, nothing else does."""
        return (init_settings,)


def load_settings(environ: Mapping[str, str], *, folder: Path) -> Settings:
    """Read `gridgov.toml` in `folder`, then the `GRIDGOV_*` variables over it.

    Raises:
        InputError: a name that is no setting or a value of the wrong kind.
    """
    file = folder / "gridgov.toml"
    from_file = TomlConfigSettingsSource(Settings, toml_file=file)() if file.exists() else {}
    from_environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    values = InitSettingsSource(Settings, {**from_file, **from_environment})()
    try:
        settings = Settings(**values)
    except ValidationError as error:
        known = ", ".join(sorted(Settings.model_fields))
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f'设置 / setting "{name}": {first["msg"]} (value: {first["input"]!r}); 可用 / known: {known}'
        ) from error
    return settings.model_copy(update={"home": (folder / settings.home).resolve()})
