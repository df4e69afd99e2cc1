{% include "timeline.js" %}
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const { labels, promises, records } = data;
  const timeline = makeTimeline(data);
  const PAGE = 50, PRINTED = 2000;
  const number = new Intl.NumberFormat(data.lang);
  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /* Promises: sorted by their header, filtered by the form. */
  const STATUSES = ["broken", "open", "not judged", "no data", "kept"];
  const table = document.getElementById("promise-table");
  const promiseForm = document.getElementById("promise-filters");
  const body = table.tBodies[0];

  function value(row, key) {
    if (key === "status") return STATUSES.indexOf(row.dataset.status);
    return row.dataset[key] === "" ? null : Number(row.dataset[key]);
  }

  function sortPromises(header) {
    const up = header.getAttribute("aria-sort") !== "ascending";
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = header.dataset.sort, sign = up ? 1 : -1;
    /* A row without a value comes last either way. */
    const rows = [...body.rows].sort((a, b) => (value(a, key) === null) - (value(b, key) === null) || sign * (value(a, key) - value(b, key))
      || value(a, "number") - value(b, "number"));
    body.append(...rows);
  }

  function filterPromises() {
    const { agreement, status, strength, text } = promiseForm.elements;
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = Boolean((agreement && agreement.value && row.dataset.agreement !== agreement.value) || (status.value && row.dataset.status !== status.value) || (strength.value && row.dataset.strength !== strength.value)
        || (wanted && !row.textContent.toLowerCase().includes(wanted)));
      shown += row.hidden ? 0 : 1;
    }
    document.getElementById("promise-count").textContent = fill(labels.matching_promises, { number: number.format(shown), all: number.format(body.rows.length) });
  }

  for (const header of table.tHead.querySelectorAll("[data-sort]")) {
    const button = make("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sortPromises(header));
  }
  promiseForm.hidden = false;
  promiseForm.addEventListener("input", filterPromises);
  promiseForm.addEventListener("reset", () => setTimeout(filterPromises));
  promiseForm.addEventListener("submit", (event) => event.preventDefault());
  filterPromises();

  /* Breaches: as many as fit on a screen at first, filtered and ordered by the form. */
  const list = document.getElementById("breach-list");
  const form = document.getElementById("breach-filters");
  const more = document.getElementById("more");
  const broken = records.slice(0, data.shown);
  const ORDERS = {
    policy: () => 0,
    latest: (a, b) => (b.a ?? -Infinity) - (a.a ?? -Infinity) || 0,
    earliest: (a, b) => (a.a ?? Infinity) - (b.a ?? Infinity) || 0,
    worst: (a, b) => (b.g || -Infinity) - (a.g || -Infinity) || 0,
  };
  let found = broken, shown = 0;

  function searched(record) {
    if (record.text === undefined) {
      const promise = promises[record.p];
      record.text = [record.s, record.k, record.r, record.m, promise.agreement, promise.id, promise.clause, promise.section, promise.summary].join(" ").toLowerCase();
    }
    return record.text;
  }

  function filterBreaches() {
    const { agreement, promise, strength, month, order, text } = form.elements;
    const wanted = text.value.trim().toLowerCase();
    found = broken.filter((record) => (!agreement || !agreement.value || promises[record.p].agreement === agreement.value) && (!promise.value || record.p === Number(promise.value)) && (!strength.value || promises[record.p].strength === strength.value)
      && (!month.value || record.m === month.value) && (!wanted || searched(record).includes(wanted)));
    if (order.value !== "policy") found.sort(ORDERS[order.value]);
    list.replaceChildren();
    shown = 0;
    show(PAGE);
    document.getElementById("breach-count").textContent = fill(labels.matching, { number: number.format(found.length), all: number.format(broken.length) });
  }

  function show(count) {
    list.append(...found.slice(shown, shown + count).map(item));
    shown = Math.min(shown + count, found.length);
    more.hidden = shown === found.length;
    more.textContent = fill(labels.more, { number: number.format(Math.min(PAGE, found.length - shown)) });
  }

  function clauses(record, promise) {
    const named = record.q || [promise.clause];
    return named.length === 1 && named[0] === promise.id ? [] : [` · ${labels.clause} `, make("code", {}, named.join(", "))];
  }

  function item(record) {
    const promise = promises[record.p];
    const left = make("div", {}, make("span", { class: "subject" }, record.k ? `${record.s} ${record.k}` : record.s));
    if (record.A) left.append(make("div", { class: "began" }, record.A.replace(/\.\d+/, "")));
    if (record.g > 0) left.append(make("div", { class: "late" }, fill(labels.late_by, { time: timeline.about(record.g) })));
    const what = make("div", { class: "what" }, make("div", { class: "why" }, record.r), make("div", { class: "where" },
      promise.agreement ? `${promise.agreement} · ` : "", make("code", {}, promise.id), ...clauses(record, promise),
      promise.section ? ` · ${labels.section} ${fill(labels.quoted, { text: promise.section })}` : ""));
    if (record.u) {
      const [decision, by, why] = record.u;
      what.append(make("div", { class: "ruling" }, make("strong", {}, fill(labels[`${decision}_by`], { by })), ` ${why}`));
    }
    const button = make("button", { type: "button", "aria-expanded": "false" }, labels.show_details);
    const made = make("li", {}, make("div", { class: "case" }, left, what, button));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) made.lastChild.remove();
      else made.append(story(record, made.clientWidth));
    });
    return made;
  }

  function story(record, width) {
    const made = make("div", { class: "story" });
    const stretches = timeline.stretchesOf(record);
    const zone = promises[record.p].zone;
    const picture = timeline.draw(record, zone, Math.max(width - 60, 320));
    if (picture || !record.b) made.append(picture || make("p", { class: "note" }, labels.no_timeline));
    if (stretches.length) made.append(legend(stretches), steps(stretches, zone));
    for (const [name, some] of [[labels.evidence, record.w], [labels.version, record.v && [record.v]]]) {
      if (some) made.append(make("p", { class: "note" }, `${name}${labels.colon} `, make("code", {}, some.join(", "))));
    }
    if (record.b) {
      made.append(make("p", {}, `${labels.behind}${labels.colon}`), make("ol", { class: "cases" }, ...record.b.map((place) => item(records[place]))));
      if (record.n > 0) made.append(make("p", { class: "note" }, fill(labels.behind_more, { number: number.format(record.n) })));
    }
    return made;
  }

  function legend(stretches) {
    const causes = [...new Set(stretches.map((each) => each.cause))];
    return make("ul", { class: "legend", "aria-label": labels.legend }, ...causes.map((cause) => make("li", {}, make("i", { class: `c-${cause}` }), timeline.causeName(cause))));
  }

  function steps(stretches, zone) {
    const header = [labels.from, labels.to, labels.length, labels.what].map((name) => make("th", { scope: "col" }, name));
    const rows = stretches.map((each) => make("tr", {}, ...[timeline.instant(each.from, zone), timeline.instant(each.to, zone), timeline.span(each.to - each.from),
      `${timeline.causeName(each.cause)} ${each.name}`.trim()].map((text) => make("td", {}, text))));
    return make("details", {}, make("summary", {}, labels.details), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": labels.details },
      make("table", {}, make("thead", {}, make("tr", {}, ...header)), make("tbody", {}, ...rows))));
  }

  if (form) {
    const months = [...new Set(broken.map((record) => record.m).filter(Boolean))].sort();
    form.elements.month.append(...months.map((name) => make("option", { value: name }, name)));
    form.hidden = false;
    form.addEventListener("input", filterBreaches);
    form.addEventListener("reset", () => setTimeout(filterBreaches));
    form.addEventListener("submit", (event) => event.preventDefault());
    more.addEventListener("click", () => show(PAGE));
    filterBreaches();
    for (const link of document.querySelectorAll("a[data-promise]")) {
      link.addEventListener("click", () => {
        form.reset();
        form.elements.promise.value = link.dataset.promise;
        filterBreaches();
      });
    }
    window.addEventListener("beforeprint", () => show(Math.max(PRINTED - shown, 0)));
  }

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = dark === "dark" ? "light" : "dark";
  });
})();
