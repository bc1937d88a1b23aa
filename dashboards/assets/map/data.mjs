// What the server is asked: set-up, areas, values with their legend, cards. Nothing is asked twice.

const KEPT = 30;
export const NONE_DUE = 1;
export const UNKNOWN = 2;
export const UNCERTAIN = 4;
export const PROVISIONAL = 8;
/** Class of what has no value. */
export const NO_CLASS = 255;

const KINDS = { u1: Uint8Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array };

const fetched = async (address) => {
  const answer = await fetch(address);
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.error ?? `${answer.status} ${address}`);
};

const decoded = (text, Kind) => {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return new Kind(bytes.buffer);
};

const legendOf = (told) => ({
  ...told,
  flags: decoded(told.flags, Uint8Array),
  classes: decoded(told.classes, Uint8Array),
  extra: Object.fromEntries(
    Object.entries(told.extra).map(([name, [kind, text]]) => [name, decoded(text, KINDS[kind])]),
  ),
  denominators: decoded(told.denominators, Uint32Array),
});

/** An area in the columns of its level that `/api/map/areas` gives; `fid` is its feature's id in the tiles, from 1. */
class Area {
  constructor(level, columns, at) {
    this.level = level;
    this.code = columns.code[at];
    this.name = columns.name[at];
    this.parent = columns.parent[at];
    this.fid = columns.fid[at];
    this.population = columns.population[at];
    this.km2 = columns.km2[at];
    this.columns = columns;
    this.at = at;
  }

  get point() {
    return this.among("longitude", "latitude");
  }

  get box() {
    return this.among("west", "south", "east", "north");
  }

  among(...names) {
    return names.map((name) => this.columns[name][this.at]);
  }
}

/** Areas of a county, by level, by feature and by code; a code is unique within the county. */
export class Areas {
  constructor(columns, levels) {
    this.levels = levels.filter((level) => columns[level]);
    this.at = Object.fromEntries(
      this.levels.map((level) => [level, columns[level].code.map((_, at) => new Area(level, columns[level], at))]),
    );
    this.byFeature = {};
    this.byCode = new Map();
    for (const level of [...this.levels].reverse()) {
      this.byFeature[level] = [];
      for (const one of this.at[level]) {
        this.byFeature[level][one.fid] = one;
        this.byCode.set(one.code, one);
      }
    }
    this.inside = new Map();
  }

  /** The area and all around it, top first. */
  path(one) {
    const found = [];
    for (let at = one; at && !found.includes(at); at = this.byCode.get(at.parent)) found.unshift(at);
    return found;
  }

  /** Areas of a level inside another area, the area itself at its own level. */
  within(focus, level) {
    const key = `${focus.code}|${level}`;
    if (!this.inside.has(key)) {
      const isTop = focus.level === this.levels[0];
      const all = this.at[level] ?? [];
      this.inside.set(key, isTop ? all : all.filter((one) => this.path(one).includes(focus)));
    }
    return this.inside.get(key);
  }

  below(level) {
    return this.levels[this.levels.indexOf(level) + 1];
  }
}

export class Source {
  constructor() {
    this.kept = new Map();
  }

  /** One request per address, shared by all who ask; a failure is asked again. */
  once(address, read) {
    if (!this.kept.has(address)) {
      if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
      const asked = fetched(address).then(read);
      asked.catch(() => this.kept.delete(address));
      this.kept.set(address, asked);
    }
    return this.kept.get(address);
  }

  setup(search) {
    return fetched(`/api/map/setup${search}`).then((answer) => answer.json());
  }

  async areas(setup) {
    const address = `/api/map/areas?county=${setup.county.code}&version=${setup.version}`;
    const columns = await this.once(address, (answer) => answer.json());
    return new Areas(columns, setup.levels.map(({ level }) => level));
  }

  /** Values by feature with their legend: two requests at once, answered from one query. */
  async shading(asked) {
    const query = new URLSearchParams(asked);
    const [values, legend] = await Promise.all([
      this.once(`/api/map/values?${query}`, async (answer) => new Float64Array(await answer.arrayBuffer())),
      this.once(`/api/map/legend?${query}`, async (answer) => legendOf(await answer.json())),
    ]);
    return { ...legend, values };
  }

  /** More about one area: people, work, history, neighbours; or what is foretold of it. */
  about(part, asked, code, lang) {
    const query = new URLSearchParams({ ...asked, area: code, lang });
    return this.once(`/api/map/${part}?${query}`, (answer) => answer.json());
  }

  layer(asked, name) {
    const query = new URLSearchParams({ ...asked, layer: name });
    return this.once(`/api/map/layer?${query}`, (answer) => answer.json());
  }

  /** The areas around a point, largest first, and the point in CGCS2000. */
  place({ county, version }, [longitude, latitude], datum) {
    const query = new URLSearchParams({ county: county.code, version, longitude, latitude, datum });
    return this.once(`/api/map/place?${query}`, (answer) => answer.json());
  }

  /** Sums of a set of areas: they are asked anew, and may be too many for an address. */
  async chosen(asked, codes) {
    const answer = await fetch("/api/map/chosen", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...asked, codes }),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  }

  card(asked, code) {
    const query = new URLSearchParams({ ...asked, area: code });
    return this.once(`/api/map/card?${query}`, (answer) => answer.json());
  }
}

/** Class of a value from 0; a value on a break is in the class above it; -1 for none. */
export const classOf = (value, edges) => {
  if (Number.isNaN(value)) return -1;
  let found = 0;
  while (found < edges.length && value >= edges[found]) found += 1;
  return found;
};
