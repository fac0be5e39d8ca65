// Keeps <main> as the prober renders it. Without this script the page is the same, in UTC, and loads itself anew.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const live = document.body.dataset.live;
  const turned = new Set(); // <details> that the reader opened or closed
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const stamp = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const hour = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // Takes over what is different and leaves the rest, so that focus, selection and scrolling stay.
  function morph(from, to) {
    if (from.nodeName !== to.nodeName || from.id !== to.id) return from.replaceWith(to);
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    const own = (name) => (name === "open" && turned.has(from.id)) || name === "hidden";
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !own(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes)
      if (from.getAttribute(name) !== value && !own(name)) from.setAttribute(name, value);
    // Sections have ids: one that comes or goes must not make others of its neighbours.
    let at = from.firstChild;
    for (const node of [...to.childNodes]) {
      let kept = at;
      if (node.id) while (kept && kept.id !== node.id) kept = kept.nextSibling;
      if (node.id && kept) while (at !== kept) at = drop(at);
      if (!at || (at.id || "") !== (node.id || "")) from.insertBefore(node, at);
      else {
        const next = at.nextSibling;
        morph(at, node);
        at = next;
      }
    }
    while (at) at = drop(at);
  }

  function localise() {
    const today = new Date().toDateString();
    for (const element of document.querySelectorAll("time[datetime]")) {
      const when = new Date(element.dateTime);
      const words = (when.toDateString() === today ? hour : stamp).format(when);
      if (element.textContent !== words) element.textContent = words;
    }
  }

  function filter() {
    const wanted = byId("filter").value.trim().toLowerCase();
    for (const row of document.querySelectorAll("#probes tr[data-name]"))
      row.hidden = wanted !== "" && !row.dataset.name.toLowerCase().includes(wanted);
    for (const group of document.querySelectorAll("#probes details")) {
      group.hidden = wanted !== "" && !group.querySelector("tr[data-name]:not([hidden])");
      if (wanted !== "" && !group.hidden) {
        turned.add(group.id);
        group.open = true;
      }
    }
  }

  function update(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
    if (!fresh) throw new Error("no <main>");
    morph(byId("live"), fresh);
    settle();
  }

  function settle() {
    document.title = byId("live").dataset.title;
    localise();
    filter();
  }

  let lost = null;
  function connected(yes) {
    lost = yes ? null : lost || new Date();
    byId("offline").hidden = yes;
    if (!yes) byId("offline-since").dateTime = lost.toISOString();
    byId("liveness").textContent = yes ? "Live" : "Not live";
    localise();
  }

  // The prober holds the answer back until there is news.
  async function follow() {
    for (;;) {
      const asked = Date.now();
      let pause = 300;
      try {
        const version = encodeURIComponent(byId("live").dataset.version);
        const answer = await fetch(`${live}?after=${version}`, { cache: "no-store", signal: AbortSignal.timeout(40000) });
        if (!answer.ok) throw new Error(answer.statusText);
        if (answer.status === 200) update(await answer.text());
        else if (Date.now() - asked < 1000) pause = 2000; // too many hold on: it answers at once
        connected(true);
      } catch {
        connected(false);
        pause = 2000;
      }
      await sleep(pause);
      while (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    }
  }

  document.addEventListener("click", (event) => {
    const summary = event.target.closest("summary");
    if (summary && summary.parentElement.id) turned.add(summary.parentElement.id);
  });
  byId("finder").hidden = !byId("probes");
  byId("filter").addEventListener("input", filter);
  settle();
  follow();
})();
