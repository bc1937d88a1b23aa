"""Names of codes in the language of the page: departments, categories, areas and closed lists."""

from collections.abc import Mapping

from dashboards.context import Context
from dashboards.i18n import Lang, catalogue

CODE_LISTS: Mapping[str, str] = {
    "age_band_code": "age_bands",
    "colour_code": "rain_thresholds",
    "dispute_category_code": "dispute_categories",
    "group_code": "special_groups",
    "item_code": "service_items",
    "need_level_code": "visit_frequencies",
    "service_code": "coverage_services",
}
"""Columns whose codes are named by a list of `mart.dim_codes`."""

CATEGORIES = """
    select distinct {column} as code, {column_name} as zh, {column_name}_en as en
    from mart.dim_categories where county_code = ? and {column} is not null
"""


def code_names(context: Context, county_code: str, column: str, lang: Lang) -> dict[str, str]:
    """Code → name for a column of codes; a list without names gives an empty one.

    Closed lists that the contracts fix are named by the catalogue of texts: `code.<column>.<code>`.
    """
    if column in ("category_code", "major_category_code"):
        query = CATEGORIES.format(column=column, column_name=column.replace("_code", "_name"))
        rows = context.sql(query, county_code)
    elif column in CODE_LISTS:
        rows = context.sql(
            "select code, code_name as zh, code_name_en as en from mart.dim_codes "
            "where code_list = ?",
            CODE_LISTS[column],
        )
    else:
        start = f"code.{column.removesuffix('_code')}."
        return {
            key.removeprefix(start): name
            for key, name in catalogue(lang).items()
            if key.startswith(start)
        }
    other = "en" if lang is Lang.ZH else "zh"
    return {
        row["code"]: row[lang.value] or row[other] or row["code"]
        for row in rows.iter_rows(named=True)
    }
