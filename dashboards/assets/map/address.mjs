// The address is the state of the map: what it says is drawn, and what is chosen is written to it.

const PARTS = [
  "kpi", "level", "area", "card", "department", "period", "from", "to", "compare",
  "mode", "classes", "steps", "breaks", "family", "horizon", "against", "follow", "coverage", "layers", "point",
];

/** Parts of the address as written; empty where nothing is said. */
export const written = () => {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(PARTS.map((name) => [name, given.get(name) ?? ""]));
};

/** Typed class edges are in the unit of what is shown: another KPI or mode has no use for them. */
const withoutEdges = (search, changes) =>
  search.get("classes") === "fixed" && ("kpi" in changes || "mode" in changes) ? { classes: "", breaks: "", ...changes } : changes;

/** The address's query with some parts changed; a part at its default or empty is left out. */
export const queryWith = (changes, defaults) => {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(withoutEdges(search, changes))) {
    if (!value || value === defaults[name]) search.delete(name);
    else search.set(name, value);
  }
  search.delete("receipt");
  search.delete("role");
  const query = search.toString();
  return query ? `?${query}` : location.pathname;
};

/** Address of the map as it opens, for the same county, language and colours. */
export const plainAddress = () => {
  const given = new URLSearchParams(location.search);
  const kept = ["county", "lang", "theme"].filter((name) => given.has(name)).map((name) => [name, given.get(name)]);
  return `${location.pathname}?${new URLSearchParams(kept)}`;
};

/** Go to an address of this page; Back returns to the one before, unless this one takes its place. */
export const go = (href, options) => window.gridgov.lead(href, options);

/** First and last day the address is about, and how the choice is called. */
export const periodOf = (given, setup) => {
  if (given.from && given.to) {
    const month = setup.months.find((one) => one.from === given.from && one.to === given.to);
    return month ?? { key: "custom", label: `${given.from} – ${given.to}`, from: given.from, to: given.to };
  }
  const key = given.period || setup.defaults.period;
  return setup.periods.find((one) => one.key === key) ?? setup.periods[0];
};

/** The parts of an address that name a period. */
export const periodChanges = (key, setup) => {
  const month = setup.months.find((one) => one.key === key);
  if (month) return { period: "", from: month.from, to: month.to };
  return { period: key, from: "", to: "" };
};
