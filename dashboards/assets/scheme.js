// Sets the colours before the first paint: the address decides, else the reader's own choice of
// before, else what the system prefers. The cookie tells the server, which draws charts in colours.
"use strict";

(() => {
  const NAME = "gridgov-theme";

  const scheme = () => {
    const named = new URLSearchParams(location.search).get("theme");
    if (named === "light" || named === "dark") {
      localStorage.setItem(NAME, named);
      return named;
    }
    const kept = localStorage.getItem(NAME);
    if (kept) return kept;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  };

  window.gridgov = {
    theme() {
      const now = scheme();
      if (document.documentElement.dataset.theme !== now) {
        document.documentElement.dataset.theme = now;
      }
      document.cookie = `${NAME}=${now}; path=/; max-age=31536000; samesite=strict`;
      return now;
    },
  };
  window.gridgov.theme();
})();
