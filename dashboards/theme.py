"""Colours of charts and pictures, which cannot read the style sheet; the same as its tokens."""

from dataclasses import dataclass

from dashboards.view import Theme

FONT = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'


@dataclass(frozen=True)
class Colours:
    """One scheme."""

    ink: str
    muted: str
    line: str
    surface: str
    primary: str
    band: str
    target: str
    baseline: str
    good: str
    bad: str
    fair: str
    series: tuple[str, ...]
    """Lines side by side; told apart by colour-blind readers too, and never by colour alone."""


LIGHT = Colours(
    ink="#17222f",
    muted="#5a6878",
    line="#e2e7ed",
    surface="#ffffff",
    primary="#0f4c81",
    band="rgba(15, 76, 129, 0.13)",
    target="#17714f",
    baseline="#8a6a1f",
    good="#17714f",
    bad="#b3301f",
    fair="#7d5a10",
    series=("#0f4c81", "#c4572b", "#2a8c82", "#8a4fa3", "#a8811c", "#4d7fb8", "#5d6b78", "#b0476f"),
)
DARK = Colours(
    ink="#e4eaf1",
    muted="#9aa8b8",
    line="#2a3644",
    surface="#161f2a",
    primary="#7ab6ec",
    band="rgba(122, 182, 236, 0.18)",
    target="#5fc79b",
    baseline="#d3b15c",
    good="#5fc79b",
    bad="#f0917f",
    fair="#d9b968",
    series=("#7ab6ec", "#f0a27e", "#66cfc3", "#c79ae0", "#dfc069", "#a9c8ea", "#aab6c2", "#ec93b6"),
)


def colours(scheme: Theme) -> Colours:
    """Colours of a scheme."""
    return DARK if scheme == "dark" else LIGHT


AGE_RAMP: dict[Theme, tuple[str, ...]] = {
    "light": ("#bcd3e8", "#7fa9cf", "#e0b061", "#d17a36", "#a3281a"),
    "dark": ("#2f4e6e", "#5a8dbd", "#b98f3e", "#d98348", "#f0917f"),
}


def age_ramp(scheme: Theme) -> tuple[str, ...]:
    """Five colours from fresh to long overdue, for bands of age, youngest first."""
    return AGE_RAMP[scheme]
