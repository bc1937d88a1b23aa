"""A question checked against the catalogue and the published version, with its periods."""

from dataclasses import dataclass

from warehouse.catalogue import Kpi, get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query.county import CountyFacts, county_facts
from warehouse.query.periods import Back, Bucket, Period, buckets, compared_with, whole
from warehouse.query.question import Question
from warehouse.query.scope import fact_column
from warehouse.query.spans import CURRENT, Span, Spans

ROUNDING = 1e-9
BACKS: tuple[Back, ...] = ("previous", "last_year")


@dataclass(frozen=True)
class Prepared:
    """A question checked against the catalogue and the published version."""

    question: Question
    kpi: Kpi
    facts: CountyFacts
    asked: Period

    @property
    def spans(self) -> Spans:
        """Its buckets of time, and with `compare` what each is compared with."""
        spans = []
        for number, bucket in enumerate(self._buckets()):
            caveat = _caveat(bucket, self.facts) if self.question.compare else None
            spans.append(Span(number, CURRENT, bucket.period, caveat))
            for back in BACKS if self.question.compare else ():
                spans.append(Span(number, back, compared_with(bucket, back), None))
        return Spans(tuple(spans), None if self.question.compare else self.question.time_unit)

    def _buckets(self) -> list[Bucket]:
        unit = self.question.time_unit
        bucket = whole(self.asked, known_until=self.facts.known_until)
        return list(buckets(bucket.period, unit)) if unit else [bucket]


def prepare(published: Published, question: Question) -> Prepared:
    """Check a question and settle its period.

    Raises:
        UsageError: unknown KPI, county, dimension or code, a dimension its rows do not have, a KPI
            of the file about persons where that is not open, a score, which has no rows of its own,
            or a period that is empty or begins after the as-of day.
    """
    kpi = get_kpi(question.kpi_id)
    if kpi.kind == "score":
        parts = ", ".join(dict.fromkeys(part for parts in kpi.parts for part in parts.weights))
        raise UsageError(
            f"{kpi.kpi_id}: 综合得分没有自己的记录 / a score has no rows of its own; parts: {parts}"
        )
    for name in (*question.filters, *question.slices):
        for fact in kpi.facts:
            fact_column(kpi, name, fact=fact)
    if kpi.about.is_in_people_file and not published.has_people:
        raise UsageError(
            f"{kpi.kpi_id}: 需要个人数据文件,此处不可读 / is computed from the file about persons "
            f"({published.people_path.name}), which cannot be read here"
        )
    facts = county_facts(published, question.county_code, kpi)
    facts.check_codes(question.filters)
    known_until = facts.known_until
    start = question.start or min(facts.first_date, facts.as_of_date)
    end = question.end or known_until
    if start >= known_until:
        raise UsageError(
            f"期间在数据截止日之后 / the period begins {start}, after the as-of day "
            f"{facts.as_of_date} of {question.county_code}"
        )
    if start >= end:
        raise UsageError(f"期间为空 / the period is empty: from {start} up to {end} (exclusive)")
    return Prepared(question, kpi, facts, Period(start, end))


def _caveat(bucket: Bucket, facts: CountyFacts) -> str | None:
    """Whether this year's and last year's period hold unlike shares of their Spring Festivals."""
    compared = compared_with(bucket, "last_year")
    if compared.start < facts.first_covered:
        return None
    moved = abs(facts.festival_share(bucket.period) - facts.festival_share(compared)) > ROUNDING
    return "spring_festival_moved" if moved else None
