"""Every KPI worked out again in Polars from what landed: a second opinion that shares no code.

Nothing of the models, the catalogue or the queries takes part: `docs` and `kpis.md` say what a KPI
means, contracts say what a landed column means, and the seeds hold limits, weights and editions.
"""
