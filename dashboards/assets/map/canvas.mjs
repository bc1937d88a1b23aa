// The drawn map: colours by feature state, labels, pointing, camera. It knows areas and values, and
// nothing of addresses or panels.
import * as maplibre from "../vendor/maplibre-gl/maplibre-gl.mjs";
import { NO_CLASS, UNCERTAIN } from "./data.mjs";
import { classPlaces, hatch } from "./palette.mjs";
import { FAINT, NO_VALUE, OUTSIDE, mapStyle, metresPerPixel, visibleLayers } from "./style.mjs";


const STYLE_SHEET = new URL("../vendor/maplibre-gl/maplibre-gl.css", import.meta.url);
// Workers start while the set-up is on its way.
maplibre.prewarm();

const MOST_LABELS = 150;
const MOST_LABELS_WITH_VALUES = 70;
const RATIO = 2;

/** A browser gives a lost drawing context back within this time, or not at all. */
const PATIENCE_MS = 3_000;

const locale = (words) => ({
  "NavigationControl.ZoomIn": words.text("map.zoom_in"),
  "NavigationControl.ZoomOut": words.text("map.zoom_out"),
  "Map.Title": words.text("page.map"),
  "ScaleControl.Meters": words.text("map.metres"),
  "ScaleControl.Kilometers": words.text("map.kilometres"),
});

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Canvas {
  /** `told` has `hover(area, point)`, `choose(area)`, `enter(area)` and `lost()`: nothing can be drawn any more. */
  constructor(node, told) {
    this.node = node;
    this.told = told;
    this.map = null;
    this.marked = {};
  }

  /** Set up the map for a county's tiles. They come while areas and values are still on their way: `paint` knows those. */
  open({ setup, scheme, words, level, box, padding }) {
    this.setup = setup;
    this.levels = setup.levels.filter(({ side_m }) => side_m);
    this.scheme = scheme;
    const style = this.style(level);
    if (!this.map) {
      this.map = this.made(style, { words, level, box, padding });
      this.listen();
    } else {
      this.map.setStyle(style, { diff: false });
    }
    this.painted = Object.fromEntries(this.levels.map(({ level }) => [level, new Map()]));
    this.marked = {};
    this.named = "";
    this.shown = null;
    this.map.addImage("hatch", hatch(scheme, RATIO), { pixelRatio: RATIO });
    const [west, south, east, north] = setup.county.box;
    const [wide, high] = [east - west, north - south];
    // A card on a phone leaves a third of the picture: the county has room to stand in it.
    this.map.setMaxBounds([[west - wide * 2.5, south - high * 2.5], [east + wide * 2.5, north + high * 2.5]]);
  }

  style(shown) {
    const { county, tiles } = this.setup;
    const [, south, , north] = county.box;
    const metres = metresPerPixel((south + north) / 2, 0);
    const sides = Object.fromEntries(this.levels.map(({ level, side_m }) => [level, side_m / metres]));
    return mapStyle({ county: county.code, tiles, levels: Object.keys(sides), sides, scheme: this.scheme, shown });
  }

  /** Below it the tiles have none of a level's areas. */
  floor(level) {
    return this.setup.tiles.layers[level]?.minzoom ?? 0;
  }

  made(style, { words, level, box, padding }) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: STYLE_SHEET }));
    const map = new maplibre.Map({
      container: this.node,
      style,
      bounds: this.bounds(box),
      fitBoundsOptions: { padding },
      minZoom: this.floor(level),
      attributionControl: false,
      maplibreLogo: false,
      localIdeographFontFamily: false,
      fadeDuration: 0,
      maxZoom: 16,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      doubleClickZoom: false,
      renderWorldCopies: false,
      // The map is put into a new place whenever the page is drawn again; only `GridMap.fit` resizes.
      trackResize: false,
      collectResourceTiming: false,
      // A test validates the style, so that readers' browsers need not.
      validateStyle: false,
      locale: locale(words),
    });
    this.hold(map);
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    this.controls = [];
    this.addControls(map);
    return map;
  }

  /** Draw nothing until `drawn` or `release`: otherwise each tile that comes draws the whole picture once more. */
  hold(map) {
    map.painter.render = () => null;
    this.isHeld = true;
  }

  /** Draw from now on, also where there are no values to wait for. */
  release() {
    if (!this.isHeld) return;
    delete this.map.painter.render;
    this.isHeld = false;
    this.map.triggerRepaint();
  }

  addControls(map) {
    for (const control of this.controls) map.removeControl(control);
    this.controls = [
      new maplibre.NavigationControl({ showCompass: false }),
      new maplibre.ScaleControl({ maxWidth: 110 }),
    ];
    for (const control of this.controls) map.addControl(control, "bottom-right");
  }

  /** Go on in another language. MapLibre takes its words once, with the map. */
  speak(words) {
    if (!this.map) return;
    const spoken = locale(words);
    Object.assign(this.map._locale, spoken);
    this.map.getCanvas().setAttribute("aria-label", spoken["Map.Title"]);
    this.addControls(this.map);
  }

  bounds([west, south, east, north]) {
    return [[west, south], [east, north]];
  }

  listen() {
    const { map } = this;
    map.on("webglcontextlost", () => { this.lost = setTimeout(() => this.told.lost(), PATIENCE_MS); });
    map.on("webglcontextrestored", () => clearTimeout(this.lost));
    map.on("mousemove", (event) => this.point(event));
    map.on("mouseout", () => this.point(null));
    map.on("movestart", () => this.told.hover(null));
    // A second click within the time of a double click looks into the area instead.
    map.on("click", (event) => {
      const area = this.areaAt(event.point);
      if (area && event.originalEvent.detail < 2) this.told.choose(area);
    });
    map.on("dblclick", (event) => {
      const area = this.areaAt(event.point);
      if (area) this.told.enter(area);
    });
  }

  areaAt(point) {
    if (!this.shown || !this.map.getLayer(`${this.shown}-fill`)) return null;
    const [feature] = this.map.queryRenderedFeatures(point, { layers: [`${this.shown}-fill`] });
    return feature ? this.areas.byFeature[this.shown][feature.id] : null;
  }

  point(event) {
    const area = event ? this.areaAt(event.point) : null;
    this.mark("hover", [area]);
    this.map.getCanvas().style.cursor = area ? "pointer" : "";
    this.told.hover(area, event?.point);
  }

  state(area, state) {
    this.map.setFeatureState({ source: "areas", sourceLayer: area.level, id: area.fid }, state);
  }

  /** Draw areas as pointed at (`hover`), `chosen` by hand, `selected` or looked into (`focus`), and no others so. */
  mark(what, areas) {
    const before = this.marked[what] ?? new Set();
    const after = new Set(areas.filter(Boolean));
    const gone = [...before].filter((area) => !after.has(area));
    const come = [...after].filter((area) => !before.has(area));
    if (!gone.length && !come.length) return;
    for (const area of gone) this.state(area, { [what]: false });
    for (const area of come) this.state(area, { [what]: true });
    this.marked[what] = after;
    if (what !== "focus") this.map.getSource("marks").setData(this.rings());
  }

  /** The middles of all that is marked: where borders are too fine to show a mark, rings do. */
  rings() {
    const features = ["chosen", "selected", "hover"].flatMap((what) => [...(this.marked[what] ?? [])]
      .filter(({ point }) => point[0] !== null)
      .map(({ point, level }) => ({ type: "Feature", geometry: { type: "Point", coordinates: point }, properties: { what, level } })));
    return { type: "FeatureCollection", features };
  }

  /** Colour the areas of a level inside `focus`; only what differs from before is touched. */
  paint({ areas, shading, kpi, level, focus }) {
    const { map } = this;
    this.areas = areas;
    for (const [layer, asked] of visibleLayers(this.areas.levels, level)) {
      if (map.getLayer(layer) && map.getLayoutProperty(layer, "visibility") !== asked) {
        map.setLayoutProperty(layer, "visibility", asked);
      }
    }
    this.shown = level;
    map.setMinZoom(this.floor(level));
    const places = classPlaces(shading.counts.length, kpi);
    const isWhole = focus.level === this.areas.levels[0];
    if (isWhole) this.nothingAside();
    const painted = this.painted[level];
    const inside = new Set(this.areas.within(focus, level));
    for (const area of this.areas.at[level]) {
      const k = inside.has(area) ? this.stateOf(shading, area.fid, places) : OUTSIDE;
      const before = painted.get(area.fid);
      if (before === k) continue;
      painted.set(area.fid, k);
      this.state(area, k === OUTSIDE || before === OUTSIDE ? { k, aside: k === OUTSIDE } : { k });
    }
    this.mark("focus", isWhole ? [] : [focus]);
  }

  /** The borders of every level come forward again when the whole county is looked at. */
  nothingAside() {
    for (const [level, painted] of Object.entries(this.painted)) {
      for (const [fid, k] of painted) {
        if (k !== OUTSIDE) continue;
        painted.delete(fid);
        this.state(this.areas.byFeature[level][fid], { aside: false });
      }
    }
  }

  stateOf(shading, fid, places) {
    const found = shading.classes[fid] ?? NO_CLASS;
    if (found === NO_CLASS) return NO_VALUE;
    return places[found] + (shading.flags[fid] & UNCERTAIN ? FAINT : 0);
  }

  /** Names, with values while there is room; of the level above where a level is too fine. */
  label({ level, focus, valueOf }) {
    const { levels } = this.areas;
    let at = level;
    while (this.areas.within(focus, at).length > MOST_LABELS && levels.indexOf(at) > levels.indexOf(focus.level) + 1) {
      at = levels[levels.indexOf(at) - 1];
    }
    const named = this.areas.within(focus, at).filter(({ point }) => point[0] !== null);
    const withValues = at === level && named.length <= MOST_LABELS_WITH_VALUES;
    const features = named.map((area) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: area.point },
      properties: { name: area.name, value: withValues ? valueOf(area) : "", order: -(area.km2 ?? 0) },
    }));
    const said = JSON.stringify(features.map(({ properties }) => properties));
    if (said !== this.named) this.map.getSource("labels").setData({ type: "FeatureCollection", features });
    this.named = said;
  }

  /** Move to an area; at once where the reader wants no motion, or nothing was seen before. */
  show(area, padding, atOnce = calm()) {
    const options = { padding, maxZoom: 15, duration: atOnce ? 0 : 550 };
    if (area.box[0] !== null) this.map.fitBounds(this.bounds(area.box), options);
  }

  /** Bring an area into the upper part of the picture, above what comes from below. */
  lift(area) {
    if (area.point[0] === null) return;
    const offset = [0, -Math.round(this.node.clientHeight * 0.32)];
    this.map.easeTo({ center: area.point, offset, duration: calm() ? 0 : 350 });
  }

  /** Resolves when all that was asked for is on the screen. */
  async drawn() {
    if (this.isHeld) {
      await this.idle();
      this.release();
    }
    await this.idle();
  }

  idle() {
    return new Promise((resolve) => {
      this.map.once("idle", resolve);
      this.map.triggerRepaint();
    });
  }

  ready() {
    return this.map.isStyleLoaded() || this.map.style?._loaded
      ? Promise.resolve()
      : new Promise((resolve) => this.map.once("style.load", resolve));
  }
}
