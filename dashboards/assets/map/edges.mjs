// Class edges a planner types: checked here as the server does (`dashboards/map/breaks.py`), so that
// an address never gets what it would refuse.
import { el, halfWidth } from "./words.mjs";

export const FIXED = "fixed";
const MOST = 6;
/** Of a change they stand on both sides of zero; of a gap the first class is "none". */
const MOST_OF_MODE = { change: 3, gap: MOST - 1 };
const FARTHEST = 1e9;
const DECIMALS = 4;

export const mostEdges = (mode) => MOST_OF_MODE[mode] ?? MOST;

/** Edges as the address has them, or a text that says what is wrong. */
export const readEdges = (written, { words, mode, unit }) => {
  const parts = halfWidth(written).split(/[\s,;\u3001]+/).filter(Boolean);
  const most = mostEdges(mode);
  if (!parts.length || parts.length > most) return { problem: words.text("map.edges.count", { count: parts.length, most }) };
  const strange = parts.find((part) => !/^[-+−]?(\d+\.?\d*|\.\d+)$/.test(part));
  if (strange) return { problem: words.text("map.edges.number", { value: strange }) };
  const edges = parts.map((part) => Number(part.replace("−", "-")));
  const far = edges.find((edge) => Math.abs(edge) > FARTHEST || (mode in MOST_OF_MODE && edge <= 0));
  if (far !== undefined) {
    const least = mode in MOST_OF_MODE ? "> 0" : `≥ −${words.number(FARTHEST)}`;
    return { problem: words.text("map.edges.range", { value: words.typed(far), allowed: `${least}, ≤ ${words.number(FARTHEST)} ${unit}` }) };
  }
  const fall = edges.findIndex((edge, at) => at > 0 && edge <= edges[at - 1]);
  if (fall > 0) return { problem: words.text("map.edges.order", { before: words.typed(edges[fall - 1]), after: words.typed(edges[fall]) }) };
  return { breaks: edges.join(",") };
};

/** The edges now drawn, as a planner would type them: what fixed classes begin with. */
export const edgesNow = ({ shading, kpi, view }) => {
  const scale = kpi.is_share ? 100 : 1;
  const shown = shading.breaks.filter((edge) => !(view.mode in MOST_OF_MODE) || edge > 0);
  // The first break of gaps is only the smallest there is.
  const inner = view.mode === "gap" && shading.low === 0 ? shown.slice(1) : shown;
  const rounded = inner.map((edge) => Number((edge * scale).toFixed(DECIMALS)));
  const edges = [...new Set(rounded)].filter((edge) => !(view.mode in MOST_OF_MODE) || edge > 0).slice(0, mostEdges(view.mode));
  return (edges.length ? edges : [1]).join(",");
};

/** The field they are typed in. */
export const edgeField = (map) => {
  const { words, view, kpi } = map;
  const note = el("p", { class: "muted", id: "map-edges-note" }, words.text(`map.edges.${view.mode in MOST_OF_MODE ? view.mode : "how"}`, { most: mostEdges(view.mode) }));
  const problem = el("p", { class: "problem-message", role: "alert", hidden: true });
  const take = () => {
    const { breaks, problem: said } = readEdges(input.value, { words, mode: view.mode, unit: kpi.unit });
    problem.textContent = said ?? "";
    problem.hidden = !said;
    input.setAttribute("aria-invalid", String(Boolean(said)));
    if (breaks && breaks !== view.breaks) map.change({ breaks });
  };
  const input = el("input", {
    name: "breaks", type: "text", value: view.breaks.split(",").join(", "), autocomplete: "off", "aria-describedby": "map-edges-note",
    onchange: take, onkeydown: ({ key }) => { if (key === "Enter") take(); },
  });
  return el("div", { class: "edges" },
    el("label", {}, el("span", {}, words.text("map.edges", { unit: kpi.unit })), input), note, problem);
};
