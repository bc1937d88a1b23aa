// Starts the map when a page has a place for it, and gives it the new place when the page is drawn
// again. On the map's own address its code is fetched while the rest of the page still starts.
const PATH = "/map";
let running = null;

const start = async (place) => {
  running ??= import("./map.mjs").then(({ GridMap }) => new GridMap());
  (await running).settleIn(place);
};

const look = () => {
  const place = document.getElementById("map-place");
  if (place && !place.firstElementChild) start(place);
};

if (location.pathname === PATH) running = import("./map.mjs").then(({ GridMap }) => new GridMap());
new MutationObserver(look).observe(document, { childList: true, subtree: true });
look();
