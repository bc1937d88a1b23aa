"""What a KPI is about, for lists that nobody can read without an order."""

from collections.abc import Mapping

from warehouse.catalogue import Kpi

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "cases": ("fct_cases",),
    "judgement": ("fct_followups",),
    "mediation": ("fct_mediations", "fct_mediation_steps"),
    "coverage": (
        "fct_grid_spells",
        "fct_coverage_spells",
        "fct_roll_persons",
        "fct_visit_obligations",
        "fct_smi_spells",
    ),
    "services": ("fct_applications", "fct_approval_steps"),
    "council": ("fct_proposals", "fct_waste_inspections"),
    "rain": ("fct_warnings", "fct_warning_actions"),
    "participation": ("fct_volunteer_services", "fct_volunteer_spells"),
    "scores": (),
}
"""Subject → facts whose KPIs belong to it, in the order of lists; scores have no rows."""


def subject_of(kpi: Kpi) -> str:
    """The subject of a KPI, by the rows it is computed of.

    Raises:
        ValueError: a fact without a subject.
    """
    if kpi.fact is None:
        return "scores"
    for subject, facts in SUBJECTS.items():
        if kpi.fact in facts:
            return subject
    raise ValueError(f"{kpi.kpi_id}: {kpi.fact} belongs to no subject")


def by_subject(kpis: Mapping[str, Kpi]) -> dict[str, list[Kpi]]:
    """KPIs under their subjects; a subject without any is left out."""
    found: dict[str, list[Kpi]] = {subject: [] for subject in SUBJECTS}
    for kpi in kpis.values():
        found[subject_of(kpi)].append(kpi)
    return {subject: listed for subject, listed in found.items() if listed}
