"""What judgements of places share of cases: kinds, which are serious, which are left out."""

from collections.abc import Mapping

from warehouse.catalogue import Text

ALL = "all"
"""Every kind together."""

NO_FAMILY = "other"
"""The family of categories that have none."""

SERIOUS = ("serious", "critical")
"""Values of `severity_code` that make a case serious. A county none of whose cases has one of them
delivers no severity: there every case counts."""

LEFT_OUT_DATASETS = ("wristband_alerts",)
"""Cases that say nothing of a place: wristbands are given to special groups, so where they ring
says who lives there."""

IS_LEFT_OUT = f"dataset in ({', '.join(map(repr, LEFT_OUT_DATASETS))})"
"""The same as a condition on `mart.fct_cases`."""

FAMILIES: Mapping[str, Text] = {
    code: Text(zh=zh, en=en)
    for code, zh, en in (
        (ALL, "全部类别", "All kinds"),
        ("advertising", "广告招牌", "Posters and signs"),
        ("air", "油烟扬尘异味", "Fumes, dust and smell"),
        ("building", "违法建设", "Unlawful building"),
        ("burning", "露天焚烧", "Open burning"),
        ("dispute", "矛盾纠纷", "Disputes"),
        ("electricity", "用电安全", "Electrical safety"),
        ("facility", "公共设施", "Public facilities"),
        ("fire", "消防火警", "Fire"),
        ("flooding", "积水内涝", "Flooding"),
        ("fraud", "诈骗", "Fraud"),
        ("gas", "燃气安全", "Gas safety"),
        ("help", "群众求助", "Calls for help"),
        ("landslide", "地质灾害", "Landslides"),
        ("manhole", "井盖", "Manhole covers"),
        ("noise", "噪声扰民", "Noise"),
        (NO_FAMILY, "其他", "Other"),
        ("parking", "车辆乱停", "Wrong parking"),
        ("pollution", "环境污染", "Pollution"),
        ("road", "道路设施", "Roads"),
        ("security", "治安", "Public order"),
        ("street_order", "街面秩序", "Street order"),
        ("theft", "盗窃", "Theft"),
        ("traffic", "交通事故", "Traffic accidents"),
        ("waste", "垃圾", "Waste"),
        ("water", "供水管线", "Water supply and pipes"),
    )
}
