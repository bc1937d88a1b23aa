// The map as a PNG: what is seen, with title, legend, scale, north and source around it.
import { GROUND } from "./palette.mjs";
import { metresPerPixel } from "./style.mjs";

const RATIO = 2;
const WIDE = 1600;
const SIDE = 300;
const HEAD = 74;
const FOOT = 40;
const NICE = [1, 2, 5];
const FONTS = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';

const scheme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

/** A drawn map's own picture: a WebGL canvas can be read only while it draws. */
export const seen = (drawn) => new Promise((done) => {
  drawn.once("render", () => {
    const from = drawn.getCanvas();
    const copy = Object.assign(document.createElement("canvas"), { width: from.width, height: from.height });
    copy.getContext("2d").drawImage(from, 0, 0);
    done(copy);
  });
  drawn.triggerRepaint();
});

/** A round length on the ground that takes at most `most` of the map's own pixels. */
export const scaleOf = (drawn, most, words) => {
  const { lat } = drawn.getCenter();
  const perPixel = metresPerPixel(lat, drawn.getZoom());
  const longest = perPixel * most;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = power * NICE.findLast((step) => step * power <= longest);
  const text = metres >= 1000 ? `${metres / 1000} ${words.text("map.kilometres")}` : `${metres} ${words.text("map.metres")}`;
  return { metres, pixels: metres / perPixel, text };
};

/** The picture as a file. `content` is what stands around it (`Exports.content`). */
export const picture = async (map, content) => {
  const { map: drawn } = map.canvas;
  const copy = await seen(drawn);
  const [wide, tall] = [WIDE - SIDE, Math.round((WIDE - SIDE) * copy.height / copy.width)];
  const high = tall + HEAD + FOOT;
  const page = Object.assign(document.createElement("canvas"), { width: WIDE * RATIO, height: high * RATIO });
  const pen = page.getContext("2d");
  pen.scale(RATIO, RATIO);
  const ground = GROUND[scheme()];
  pen.fillStyle = ground.land;
  pen.fillRect(0, 0, WIDE, high);
  pen.drawImage(copy, 0, HEAD, wide, tall);
  const { words } = map;
  write(pen, content.title, 24, 34, { size: 24, weight: 700, colour: ground.text });
  write(pen, content.subtitle, 24, 58, { size: 14, colour: ground.text, most: WIDE - 48 });
  legend(pen, ground, content);
  north(pen, ground, wide, words.text("map.north"));
  scale(pen, ground, [wide - 24, HEAD + tall - 22], scaleOf(drawn, 220 * map.canvas.node.clientWidth / wide, words), wide / map.canvas.node.clientWidth);
  write(pen, content.foot, 24, high - 15, { size: 12.5, colour: ground.text, most: WIDE - 48 });
  return new Promise((done) => page.toBlob(done, "image/png"));
};

const write = (pen, text, x, y, { size = 14, weight = 400, colour, align = "left", most } = {}) => {
  pen.font = `${weight} ${size}px ${FONTS}`;
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.textBaseline = "alphabetic";
  pen.fillText(text, x, y, most);
};

/** Text over several lines, broken where it is full; gives the place of the next line. */
const paragraph = (pen, text, x, y, wide, style) => {
  pen.font = `${style.weight ?? 400} ${style.size}px ${FONTS}`;
  const pieces = text.match(/[ -~]+?(?:\s|$|(?=[^ -~]))|[^ -~]/g) ?? [];
  let line = "";
  for (const piece of pieces) {
    if (pen.measureText(line + piece).width > wide && line) {
      write(pen, line, x, y, style);
      y += style.size * 1.5;
      line = piece.trimStart();
    } else line += piece;
  }
  write(pen, line, x, y, style);
  return y + style.size * 1.7;
};

const legend = (pen, ground, content) => {
  const x = WIDE - SIDE + 24;
  let y = HEAD + 24;
  write(pen, content.heading, x, y, { size: 15, weight: 700, colour: ground.text });
  for (const line of content.linesIn(scheme())) {
    y += 26;
    swatch(pen, ground, line, x, y - 13);
    write(pen, line.text, x + 38, y, { size: 13, colour: ground.text, most: SIDE - 120 });
    write(pen, line.count, WIDE - 24, y, { size: 13, colour: ground.text, align: "right" });
  }
  y += 34;
  for (const text of content.said) y = paragraph(pen, text, x, y, SIDE - 48, { size: 12.5, colour: ground.text });
};

const swatch = (pen, ground, { swatch: kind, colour }, x, y) => {
  if (kind === "dot") {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x + 14, y + 8, 5, 0, 2 * Math.PI);
    pen.fill();
    return;
  }
  pen.globalAlpha = kind === "faint" ? 0.64 : 1;
  pen.fillStyle = colour || ground.none;
  pen.fillRect(x, y, 28, 16);
  pen.globalAlpha = 1;
  pen.strokeStyle = ground.grid;
  pen.strokeRect(x, y, 28, 16);
  if (kind === "class") return;
  pen.save();
  pen.beginPath();
  pen.rect(x, y, 28, 16);
  pen.clip();
  pen.strokeStyle = ground.hatch;
  for (let at = -16; at < 32; at += 5) {
    pen.beginPath();
    pen.moveTo(x + at, y + 16);
    pen.lineTo(x + at + 16, y);
    pen.stroke();
  }
  pen.restore();
};

/** The map is never turned, so north is up. */
const north = (pen, ground, wide, text) => {
  const [x, y] = [wide - 40, HEAD + 28];
  pen.fillStyle = ground.text;
  pen.beginPath();
  pen.moveTo(x, y - 16);
  pen.lineTo(x + 9, y + 12);
  pen.lineTo(x, y + 5);
  pen.lineTo(x - 9, y + 12);
  pen.fill();
  write(pen, text, x, y + 30, { size: 14, weight: 700, colour: ground.text, align: "center" });
};

const scale = (pen, ground, [right, y], { pixels, text }, enlarged) => {
  const length = pixels * enlarged;
  const x = right - length;
  pen.strokeStyle = ground.text;
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.moveTo(x, y - 7);
  pen.lineTo(x, y);
  pen.lineTo(right, y);
  pen.lineTo(right, y - 7);
  pen.stroke();
  write(pen, text, x + length / 2, y - 10, { size: 13, colour: ground.text, align: "center" });
};
