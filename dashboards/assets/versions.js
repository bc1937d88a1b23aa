// Asks now and then which version is published. A page that refreshes itself (`data-refresh`, the
// wall) is drawn anew when it is another one; on the others a notice offers it to the reader.
"use strict";

(() => {
  const EVERY_MS = 30_000;
  const PATIENCE_MS = 10_000;
  const source = document.currentScript.src;
  let newest = null;
  let isOutdated = false;
  let lostAt = null;
  let isAsking = false;

  const page = document.getElementById("page");
  // The wall stays a wall while its page could not be drawn.
  const refreshesItself = () =>
    Boolean(document.querySelector("[data-refresh]")) || location.pathname === "/wall";

  const time = (at, zone) =>
    at.toLocaleTimeString("zh-CN", {
      hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone || undefined,
    });

  // Put what is known into the page; it may have been drawn since.
  const show = () => {
    const shown = page.dataset.version;
    const isNew = isOutdated || (newest !== null && shown && shown !== newest);
    for (const notice of document.querySelectorAll("[data-fresh]")) notice.hidden = !isNew;
    for (const mark of document.querySelectorAll("[data-lost]")) {
      mark.hidden = lostAt === null;
      const words = lostAt && mark.dataset.lost.replace("{time}", time(lostAt, mark.dataset.zone));
      if (words && mark.textContent !== words) mark.textContent = words;
    }
  };

  const take = () => {
    if (isOutdated) location.reload();
    else window.gridgov.redraw();
  };

  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch("/healthz", {
        cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const { version, assets } = await answer.json();
      newest = String(version);
      isOutdated = !source.includes(`/${assets}/`);
      lostAt = null;
    } catch {
      lostAt ??= new Date();
    } finally {
      isAsking = false;
    }
    show();
    const isBusy = document.body.dataset.state === "loading";
    const isBehind = isOutdated || page.dataset.version !== newest;
    if (lostAt === null && refreshesItself() && !isBusy && isBehind) take();
  };

  const askIfSeen = () => {
    if (!document.hidden) ask();
  };

  setInterval(askIfSeen, EVERY_MS);
  document.addEventListener("visibilitychange", askIfSeen);
  addEventListener("online", askIfSeen);
  addEventListener("gridgov:drawn", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-fresh]")) take();
  });
})();
