// Starts the map when a page has a place for it, and gives it the new place when the page is drawn
// again. On the map's own address it does not wait for the page: it begins in a place of its own.
const PATH = "/map";
let running = null;
let early = null;

const start = async (place) => {
  running ??= import("./map.mjs").then(({ GridMap }) => new GridMap());
  (await running).settleIn(place);
};

const look = () => {
  if (!early && location.pathname === PATH && document.body) {
    early = Object.assign(document.createElement("div"), { className: "map-early" });
    document.body.append(early);
    start(early);
  }
  const place = document.getElementById("map-place");
  if (place && !place.firstElementChild) start(place).then(() => early?.remove());
};

new MutationObserver(look).observe(document, { childList: true, subtree: true });
look();
