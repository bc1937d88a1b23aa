// Points on the map: coordinates as somebody types them, and the point of the address.
import { halfWidth } from "./words.mjs";

const NUMBER = "[-+−]?\\d{1,3}(?:\\.\\d+)?";
const SIGNS = /[°度EeNn东经北纬]/g;
const PAIR = new RegExp(`^(${NUMBER})[\\s,;\u3001]+(${NUMBER})$`);
const DIGITS = 6;
/** Of degrees: what is typed without a county's place may still be near it. */
const NEAR = 5;

const isIn = (longitude, latitude, [west, south, east, north], slack = 0) =>
  longitude >= west - slack && longitude <= east + slack && latitude >= south - slack && latitude <= north + slack;

/**
 * Two numbers as a point in degrees, in either order: the one that lies in the county, or near it; else
 * by range, since no latitude exceeds 90. Null for anything else.
 */
export const pointOf = (typed, extent) => {
  const found = PAIR.exec(halfWidth(typed).replace(SIGNS, "").trim());
  if (!found) return null;
  const [one, other] = found.slice(1).map((part) => Number(part.replace("−", "-")));
  const orders = [[one, other], [other, one]].filter(([longitude, latitude]) => Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90);
  return orders.find((point) => isIn(...point, extent)) ?? orders.find((point) => isIn(...point, extent, NEAR)) ?? orders[0] ?? null;
};

/** A point as the address has it: longitude, latitude. */
export const pointText = ([longitude, latitude]) => `${Number(longitude.toFixed(DIGITS))},${Number(latitude.toFixed(DIGITS))}`;

/** The point an address names; null where it names none. What is no point is an error. */
export const pointWritten = (written, words) => {
  if (!written) return null;
  const [longitude, latitude, ...more] = written.split(",").map((part) => (part.trim() ? Number(part) : NaN));
  if (more.length || !(Math.abs(longitude) <= 180) || !(Math.abs(latitude) <= 90)) {
    throw new Error(words.text("map.point.wrong", { value: written }));
  }
  return [longitude, latitude];
};
