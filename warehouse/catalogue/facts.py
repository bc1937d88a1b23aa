"""Columns a KPI may name: the one list of each fact's columns and their types.

The build enforces the same list as the mart's contract; a KPI that names another column does not
load. `number` columns are doubles, `count` columns whole numbers.
"""

from collections.abc import Mapping

TEXT = "varchar"
TIME = "timestamptz"
DAY = "date"
FLAG = "boolean"
COUNT = "bigint"
NUMBER = "double"

FCT_CASES: Mapping[str, str] = {
    "case_id": TEXT,
    "source_id": TEXT,
    "dataset": TEXT,
    "county_code": TEXT,
    "department_code": TEXT,
    "category_code": TEXT,
    "major_category_code": TEXT,
    "channel_code": TEXT,
    "grid_code": TEXT,
    "community_code": TEXT,
    "town_code": TEXT,
    "longitude": NUMBER,
    "latitude": NUMBER,
    "location_method": TEXT,
    "reported_at": TIME,
    "accepted_at": TIME,
    "filed_at": TIME,
    "dispatched_at": TIME,
    "first_response_at": TIME,
    "handled_at": TIME,
    "checked_at": TIME,
    "closed_at": TIME,
    "due_at": TIME,
    "response_due_at": TIME,
    "voided_at": TIME,
    "severity_code": TEXT,
    "status": TEXT,
    "response_minutes": NUMBER,
    "resolution_hours": NUMBER,
    "working_hours": NUMBER,
    "suspended_minutes": NUMBER,
    "rework_count": COUNT,
    "dispatch_count": COUNT,
    "extension_count": COUNT,
    "satisfaction_code": TEXT,
    "is_void": FLAG,
    "is_duplicate": FLAG,
    "is_matched_duplicate": FLAG,
    "is_deferred": FLAG,
    "is_suspended": FLAG,
    "is_responded": FLAG,
    "is_response_unknown": FLAG,
    "is_without_response_due": FLAG,
    "is_due_to_respond": FLAG,
    "is_responded_on_time": FLAG,
    "is_response_not_yet_due": FLAG,
    "is_filed": FLAG,
    "is_filing_unknown": FLAG,
    "is_closed": FLAG,
    "is_without_due": FLAG,
    "is_due_to_close": FLAG,
    "is_closed_on_time": FLAG,
    "is_overdue": FLAG,
    "is_not_yet_due": FLAG,
    "is_due_passed": FLAG,
    "is_reworked": FLAG,
    "is_misdispatched": FLAG,
    "is_extended": FLAG,
    "is_closing_unknown": FLAG,
    "is_alert": FLAG,
    "is_alert_closed": FLAG,
    "is_false_alarm": FLAG,
    "is_false_alarm_unknown": FLAG,
    "reported_date": DAY,
    "due_date": DAY,
    "closed_date": DAY,
    "voided_date": DAY,
    "batch_id": TEXT,
    "source_file_id": TEXT,
    "source_row_number": COUNT,
}

FACT_COLUMNS: Mapping[str, Mapping[str, str]] = {"fct_cases": FCT_CASES}
"""Fact → column → type, in the order of the table."""
