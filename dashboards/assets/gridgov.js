// The address is the state. This file splits it for the callbacks, keeps links within the page, and
// tells by `document.body.dataset.state` when all is drawn: `loading`, `ready` or `error`.
"use strict";

(() => {
  const RECEIPT = ["receipt", "role", "of"];
  const SCHEME = "gridgov-theme";
  const pending = new Set(["page"]);
  let failed = false;
  // A list of several that has just been chosen from: one goes on choosing in it.
  let choosing = null;
  let again = 0;

  // The date picker looks a locale up by its tag, dayjs names it as a variable.
  Object.defineProperty(window, "dayjs_locale_zh-cn", { get: () => window.dayjs_locale_zh_cn });

  const scheme = () => {
    const named = new URLSearchParams(location.search).get("theme");
    if (named === "light" || named === "dark") {
      localStorage.setItem(SCHEME, named);
      return named;
    }
    const kept = localStorage.getItem(SCHEME);
    if (kept) return kept;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  };
  document.documentElement.dataset.mantineColorScheme = scheme();

  // From here until `split` has seen the new address, the page is not what the address says.
  const move = (address) => {
    pending.add("address");
    settle();
    history.pushState({}, "", address);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  // Back and forward, which change the address by themselves.
  let seen = location.href;
  addEventListener("popstate", () => {
    if (location.href === seen) return;
    pending.add("address");
    settle();
  });

  const go = (search) => move(`${location.pathname}${search ? `?${search}` : ""}`);

  // To another view: a new entry of the history, at the top of the page where that is another one.
  const lead = (target) => {
    const address = new URL(target, location.href);
    if (address.href === location.href) return;
    const moves = address.pathname !== location.pathname;
    move(address.href);
    if (moves) scrollTo(0, 0);
  };

  // The state of a page that is drawn at the same address once more differs by `again` only.
  const stateOf = (query, theme) => ({
    path: location.pathname,
    query,
    theme,
    ...(again ? { again: String(again) } : {}),
  });

  const pageQuery = () => {
    const query = new URLSearchParams(location.search);
    RECEIPT.forEach((name) => query.delete(name));
    return query.toString();
  };

  // Draw the page anew, as when a newer version was published; what is there stays until then.
  const redraw = () => {
    again += 1;
    begin("page");
    window.dash_clientside.set_props("state", { data: stateOf(pageQuery(), scheme()) });
  };
  window.gridgov = { lead, redraw };

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  const setState = (state) => {
    if (document.body && document.body.dataset.state !== state) document.body.dataset.state = state;
  };

  // The place of a chart carries `data-chart` and is drawn when plotly's drawing is in it; other
  // parts that take their time carry `data-pending` until they are done. A chart that only fits
  // itself to its place again does not make a ready page unready.
  const isDrawn = () =>
    !document.querySelector("[data-pending]") &&
    (document.body.dataset.state === "ready" ||
      (!document.querySelector(".dash-graph--pending") &&
        [...document.querySelectorAll("[data-chart]")].every((chart) =>
          chart.querySelector(".main-svg") && !chart.querySelector(":scope > script"))));

  // Parts sent as markup carry it in `data-html` (see components/markup.py). The focus stays where
  // it was: on the link in the same place.
  const LINKS = "a[href], button, summary, [tabindex]";
  const fill = () => {
    for (const place of document.querySelectorAll("[data-html]")) {
      if (place.filledWith === place.dataset.html) continue;
      place.filledWith = place.dataset.html;
      const focused = [...place.querySelectorAll(LINKS)].indexOf(document.activeElement);
      const kept = window.gridgovCharts.keep(place);
      place.innerHTML = place.filledWith;
      window.gridgovCharts.fill(place, kept);
      if (focused >= 0) place.querySelectorAll(LINKS)[focused]?.focus({ preventScroll: true });
    }
  };

  const settle = () => {
    fill();
    const page = document.querySelector("#page > [data-lang]");
    if (page && document.documentElement.lang !== page.dataset.lang) {
      document.documentElement.lang = page.dataset.lang;
    }
    if (page?.dataset.title && document.title !== page.dataset.title) {
      document.title = page.dataset.title;
    }
    if (pending.size) return setState("loading");
    if (failed || document.querySelector("[data-failed]")) return setState("error");
    setState(isDrawn() ? "ready" : "loading");
  };

  const begin = (what) => {
    pending.add(what);
    failed = false;
    settle();
  };

  // A callback that never answers would leave the page loading for ever. An answer that comes after
  // the same was asked for another view is of no use any more: Dash takes 204 as "no change".
  const plainFetch = window.fetch;
  const asked = new Map();
  window.fetch = async (resource, options) => {
    const isCallback = String(resource?.url ?? resource).includes("_dash-update-component");
    if (!isCallback) return plainFetch(resource, options);
    const { output } = JSON.parse(options.body);
    const turn = (asked.get(output) ?? 0) + 1;
    asked.set(output, turn);
    window.gridgovCharts.expect();
    try {
      const answer = await plainFetch(resource, options);
      if (asked.get(output) !== turn) return new Response(null, { status: 204 });
      if (answer.status >= 400) throw new Error(`status ${answer.status}`);
      return answer;
    } catch (error) {
      if (asked.get(output) === turn) {
        failed = true;
        document.body.dataset.failure = String(error);
        pending.clear();
        settle();
      }
      throw error;
    }
  };

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.gridgov = {
    split(_href, state, receipt) {
      const unchanged = window.dash_clientside.no_update;
      const theme = scheme();
      const all = new URLSearchParams(location.search);
      const next = stateOf(pageQuery(), theme);
      const wanted = all.has("receipt")
        ? { path: location.pathname, query: all.toString(), theme }
        : null;
      pending.delete("address");
      seen = location.href;
      if (!same(next, state)) begin("page");
      if (wanted && !same(wanted, receipt)) begin("receipt");
      settle();
      return [
        same(next, state) ? unchanged : next,
        same(wanted, receipt ?? null) ? unchanged : wanted,
        Boolean(wanted),
        theme,
      ];
    },

    drawn() {
      for (const { prop_id: id } of window.dash_clientside.callback_context.triggered) {
        pending.delete(id.startsWith("page") ? "page" : "receipt");
      }
      requestAnimationFrame(() => {
        if (choosing && document.activeElement === document.body) {
          document.querySelector(`.choice-${choosing} input`)?.focus({ preventScroll: true });
        }
        choosing = null;
        settle();
        dispatchEvent(new Event("gridgov:drawn"));
      });
      return window.dash_clientside.no_update;
    },

    filtered() {
      const unchanged = window.dash_clientside.no_update;
      if (pending.has("page")) return unchanged;
      const search = new URLSearchParams(location.search);
      const before = search.toString();
      for (const { id, value: chosen } of window.dash_clientside.callback_context.inputs_list[0]) {
        const [name, fallback] = id.filter.split("|");
        // A list of several is joined by commas; the days, an array too, are read one by one.
        const isList = Array.isArray(chosen) && name !== "days";
        const value = isList ? chosen.join(",") : chosen;
        const list = isList && document.querySelector(`.choice-${name}`);
        if (list && list.contains(document.activeElement)) choosing = name;
        if (name === "days") {
          if (!value || !value[0] || !value[1]) continue;
          const rendered = fallback.split("~");
          if (value[0] === rendered[0] && value[1] === rendered[1]) continue;
          search.delete("period");
          search.set("from", value[0]);
          search.set("to", value[1]);
        } else if (!value || value === fallback) {
          search.delete(name);
        } else {
          search.set(name, value);
        }
      }
      if (search.toString() !== before) go(search.toString());
      return unchanged;
    },

    closed(opened) {
      const search = new URLSearchParams(location.search);
      if (!opened && search.has("receipt")) {
        RECEIPT.forEach((name) => search.delete(name));
        go(search.toString());
      }
      return window.dash_clientside.no_update;
    },
  };

  // Links within the site change the address without loading the page again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.pathname.startsWith("/assets/")) return;
    event.preventDefault();
    lead(link.href);
  });

  // Menus close when something else is chosen; a page is printed by its own button.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) || event.target.closest("a, button")) menu.open = false;
    }
    if (event.target.closest?.("[data-print]")) print();
  });

  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(settle).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-pending", "data-failed", "data-html", "class"],
    });
  });
})();
