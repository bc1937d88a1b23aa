// The map as a sheet of A4: drawn a second time, unseen, at the form and fineness of paper and in
// its colours; the server sets title, legend, scale and source around it as text.
import { Canvas } from "./canvas.mjs";
import { scaleOf, seen } from "./picture.mjs";
import { el } from "./words.mjs";

/** In CSS pixels: names come out at 7 points on paper (`dashboards/map/sheet.py`). */
const WIDE = 980;
const HIGH = 775;
/** Of the paper's dots to a CSS pixel: some 300 to an inch. */
const RATIO = 2.4;
const MARGIN = 24;
/** Of the width seen: an area fitted to the picture touches its edges. */
const SLACK = 0.02;
const SCHEME = "light";
const NOBODY = { hover() {}, choose() {}, enter() {}, lost() {} };

/** What the reader sees of the map beside the panels, as west, south, east, north; the area looked into
 * alone where all of it is seen. */
const boxSeen = ({ canvas, padding, view }) => {
  const { clientWidth: wide, clientHeight: high } = canvas.node;
  const { left, right, top, bottom } = wide > padding.left + padding.right + 100 && high > padding.top + padding.bottom + 100
    ? padding : { left: 0, right: 0, top: 0, bottom: 0 };
  const [west, north] = canvas.map.unproject([left, top]).toArray();
  const [east, south] = canvas.map.unproject([wide - right, high - bottom]).toArray();
  const [w, s, e, n] = view.focus.box;
  const slack = SLACK * (east - west);
  const isAll = w > west - slack && s > south - slack && e < east + slack && n < north + slack;
  return isAll ? view.focus.box : [west, south, east, north];
};

/** Draw the same areas with the same marks and overlays. */
const drawInto = async (canvas, map) => {
  const { view, shading, kpi, setup, areas, words } = map;
  const { level, focus, card } = view;
  canvas.open({ setup, scheme: SCHEME, words, level, box: boxSeen(map), padding: MARGIN });
  canvas.map.setPixelRatio(RATIO);
  await canvas.ready();
  canvas.paint({ areas, shading, kpi, level, focus });
  canvas.mark("selected", [card?.level === level ? card : null]);
  canvas.mark("chosen", [...map.picker.chosen]);
  canvas.label({ level, focus, valueOf: (area) => map.valueText(area) });
  await map.layers.show(canvas.map, SCHEME);
  await canvas.drawn();
};

const printed = async (sent) => {
  const answer = await fetch("/api/map/sheet.pdf", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent),
  });
  if (answer.ok) return answer.blob();
  throw new Error((await answer.json()).error);
};

/** The sheet as a file. `content` is what stands around the picture (`Exports.content`). */
export const sheet = async (map, content) => {
  const node = el("div", { class: "map-unseen", "aria-hidden": "true", style: `width:${WIDE}px;height:${HIGH}px` });
  document.body.append(node);
  const canvas = new Canvas(node, NOBODY);
  try {
    await drawInto(canvas, map);
    const copy = await seen(canvas.map);
    const { linesIn, ...words } = content;
    const { metres, pixels, text } = scaleOf(canvas.map, WIDE / 5, map.words);
    return await printed({
      ...words, lang: map.setup.lang, lines: linesIn(SCHEME), metres, share: pixels / WIDE, scale: text,
      picture: copy.toDataURL("image/png"),
    });
  } finally {
    canvas.map?.remove();
    node.remove();
  }
};
