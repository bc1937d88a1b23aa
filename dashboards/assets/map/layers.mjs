// What can be laid over the map: counts at the middle of grids, gauges, past floods, low ground, places of
// cases; and the point of the address.
import { pointText } from "./place.mjs";
import { el } from "./words.mjs";

export const LAYERS = ["open", "workers", "gauges", "floods", "low", "cases"];
const CASES_AS_POINTS_FROM = 12.5;

const INK = {
  light: { open: "#7a1f1f", overdue: "#c62828", workers: "#1f5f8b", gauges: "#0b6b75", floods: "#274b8f", low: "#1c6b3c", cases: "#5b3f8c", point: "#b3006b", edge: "#ffffff" },
  dark: { open: "#ffb4a8", overdue: "#ff7b6b", workers: "#8cc8f0", gauges: "#7fe0e0", floods: "#9db8ff", low: "#8fe3a4", cases: "#cdb7ff", point: "#ff7ac3", edge: "#11161b" },
};

const scheme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

/** Colour of a layer's points. */
export const layerInk = (name, colouring) => INK[colouring][name];

export class Layers {
  constructor(map) {
    this.map = map;
    this.node = el("fieldset", { class: "map-layers" });
    this.drawn = new Map();
  }

  get chosen() {
    return (this.map.view.layers || "").split(",").filter((name) => LAYERS.includes(name));
  }

  draw() {
    const { words } = this.map;
    const { chosen } = this;
    const box = (name) => el("label", {},
      el("input", { type: "checkbox", name: `layer-${name}`, checked: chosen.includes(name), onchange: () => this.toggle(name) }),
      el("i", { class: `key key-${name}`, "aria-hidden": "true" }),
      el("span", {}, words.text(`map.layer.${name}`)));
    this.node.hidden = !this.map.canvas;
    this.said = el("p", { class: "muted", role: "status" });
    this.node.replaceChildren(el("legend", {}, words.text("map.layers")), ...LAYERS.map(box), this.said);
  }

  toggle(name) {
    const next = this.chosen.includes(name) ? this.chosen.filter((one) => one !== name) : [...this.chosen, name];
    this.map.change({ layers: next.join(",") });
  }

  /** Bring a picture to what is chosen; a style made anew has none of them. */
  async show(drawn = this.map.canvas.map, colouring = scheme()) {
    const { chosen } = this;
    const missing = [];
    for (const name of LAYERS) {
      if (!chosen.includes(name)) this.take(drawn, name);
    }
    await Promise.all(chosen.map(async (name) => {
      const { county, version, kpi, level } = this.map.view.asked;
      const { from, to } = this.map.view.period;
      const days = name === "cases" ? { from, to } : {};
      const told = await this.map.source.layer({ county, version, kpi, level, ...days }, name);
      if (told.missing) missing.push(told.missing);
      else this.put(drawn, name, told.points, INK[colouring]);
    }));
    const { point } = this.map.view;
    if (point) this.put(drawn, "point", { longitude: [point[0]], latitude: [point[1]], name: [pointText(point).replace(",", ", ")] }, INK[colouring]);
    else this.take(drawn, "point");
    const { words } = this.map;
    this.said.textContent = missing.length ? words.text("map.layer.missing", { tables: missing.join(", ") }) : "";
  }

  take(drawn, name) {
    if (!drawn.getSource(`over-${name}`)) return;
    for (const { id } of drawn.getStyle().layers) {
      if (id.startsWith(`over-${name}`)) drawn.removeLayer(id);
    }
    drawn.removeSource(`over-${name}`);
  }

  put(drawn, name, points, ink) {
    const { words } = this.map;
    const features = (points.longitude ?? []).map((longitude, at) => {
      const one = Object.fromEntries(Object.keys(points).map((column) => [column, points[column][at]]));
      return {
        type: "Feature",
        geometry: { type: "Point", coordinates: [longitude, points.latitude[at]] },
        properties: { ...one, said: this.label(name, one, words) },
      };
    });
    const data = { type: "FeatureCollection", features };
    const id = `over-${name}`;
    if (drawn.getSource(id)) {
      drawn.getSource(id).setData(data);
      return;
    }
    drawn.addSource(id, { type: "geojson", data });
    // The point asked for lies over all else.
    const below = name === "point" ? undefined : "labels";
    for (const layer of this.paints(name, id, ink)) drawn.addLayer({ source: id, ...layer }, below);
  }

  label(name, one, words) {
    if (name === "open") return one.overdue_count ? `${one.open_count} (${one.overdue_count})` : String(one.open_count);
    if (name === "workers") return String(one.worker_count);
    if (name === "floods") return `${one.code} · ${words.number(one.depth_cm)} cm`;
    if (name === "low") return one.low_count === null ? "1–4" : String(one.low_count);
    return one.name ?? "";
  }

  paints(name, id, ink) {
    const circle = (radius, colour, more = {}) => ({
      id, type: "circle",
      paint: { "circle-radius": radius, "circle-color": colour, "circle-stroke-color": ink.edge, "circle-stroke-width": 1, ...more },
    });
    const text = (from) => ({
      id: `${id}-text`, type: "symbol", minzoom: from,
      layout: {
        "text-field": ["get", "said"], "text-size": 11.5, "text-offset": [0, 1.1],
        "text-font": ["Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "sans-serif"],
      },
      paint: { "text-color": ink[name], "text-halo-color": ink.edge, "text-halo-width": 1.4 },
    });
    const byZoom = (low, high) => ["interpolate", ["linear"], ["zoom"], 8, low, 14, high];
    if (name === "open") {
      const size = (base) => ["+", base, ["*", base, ["sqrt", ["get", "open_count"]]]];
      const colour = ["case", [">", ["get", "overdue_count"], 0], ink.overdue, ink.open];
      return [circle(["interpolate", ["linear"], ["zoom"], 8, size(1.1), 14, size(3)], colour, { "circle-opacity": 0.85 }), text(11.5)];
    }
    if (name === "workers") {
      const colour = ["case", ["==", ["get", "worker_count"], 0], ink.overdue, ink.workers];
      const size = ["case", ["==", ["get", "worker_count"], 0], 4, ["+", 1, ["get", "worker_count"]]];
      return [circle(size, colour), text(12.5)];
    }
    if (name === "low") {
      // Of one to four households only that there are some is known: a hollow ring.
      const some = ["==", ["get", "low_count"], null];
      const size = (base) => ["case", some, base, ["*", base, ["sqrt", ["/", ["coalesce", ["get", "low_count"], 0], 3]]]];
      return [
        circle(["interpolate", ["linear"], ["zoom"], 8, size(1.6), 14, size(5)], ink.low, {
          "circle-opacity": ["case", some, 0, 0.8], "circle-stroke-color": ["case", some, ink.low, ink.edge],
        }),
        text(11.5),
      ];
    }
    if (name === "cases") {
      return [
        {
          id: `${id}-heat`, type: "heatmap", maxzoom: CASES_AS_POINTS_FROM,
          paint: {
            "heatmap-radius": byZoom(7, 22), "heatmap-intensity": byZoom(0.25, 1), "heatmap-opacity": 0.75,
            "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(91,63,140,0)", 0.3, "rgba(91,63,140,.35)", 0.7, "rgba(150,60,130,.7)", 1, "rgba(230,120,60,.9)"],
          },
        },
        { ...circle(3.2, ink.cases, { "circle-opacity": 0.75 }), minzoom: CASES_AS_POINTS_FROM },
      ];
    }
    if (name === "point") {
      const ring = { ...circle(11, ink.point, { "circle-opacity": 0.15, "circle-stroke-color": ink.point, "circle-stroke-width": 2.5 }), id: `${id}-ring` };
      return [ring, circle(3.5, ink.point), text(0)];
    }
    return [circle(byZoom(3.5, 6), ink[name]), text(name === "gauges" ? 10 : 13)];
  }
}
