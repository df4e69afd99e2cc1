/* One breach in the list, and what is seen of it when it is opened. */
function makeCases(data, page) {
  const { labels, promises, records } = data;
  const timeline = makeTimeline(data);

  function clauses(record, promise) {
    const named = record.q || [promise.clause];
    return named.length === 1 && named[0] === promise.id ? [] : [` · ${labels.clause} `, page.make("code", {}, named.join(", "))];
  }

  function item(record) {
    const promise = promises[record.p];
    const left = page.make("div", {}, page.make("span", { class: "subject" }, record.k ? `${record.s} ${record.k}` : record.s));
    if (record.A) left.append(page.make("div", { class: "began" }, record.A.replace(/\.\d+/, "")));
    if (record.g > 0) left.append(page.make("div", { class: "late" }, page.fill(record.d === undefined ? labels.over_by : labels.late_by, { time: timeline.about(record.g) })));
    const what = page.make("div", { class: "what" }, page.make("div", { class: "why" }, record.r), page.make("div", { class: "where" },
      promise.agreement ? `${promise.agreement} · ` : "", page.make("code", {}, promise.id), ...clauses(record, promise),
      promise.section ? ` · ${labels.section} ${page.fill(labels.quoted, { text: promise.section })}` : ""));
    if (record.u) {
      const [decision, by, why] = record.u;
      what.append(page.make("div", { class: "ruling" }, page.make("strong", {}, page.fill(labels[`${decision}_by`], { by })), ` ${why}`));
    }
    const button = page.make("button", { type: "button", "aria-expanded": "false" }, labels.show_details);
    const made = page.make("li", {}, page.make("div", { class: "case" }, left, what, button));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      button.textContent = open ? labels.show_details : labels.hide_details;
      if (open) made.lastChild.remove();
      else made.append(story(record, made.clientWidth));
    });
    return made;
  }

  function story(record, width) {
    const made = page.make("div", { class: "story" });
    const stretches = timeline.stretchesOf(record);
    const promise = promises[record.p], zone = promise.zone;
    const picture = timeline.draw(record, promise, Math.max(width - 60, 320));
    if (picture || !record.b) made.append(picture || page.make("p", { class: "note" }, labels.no_timeline));
    if (stretches.length) made.append(legend(stretches), steps(stretches, zone));
    for (const [name, some] of [[labels.evidence, record.w], [labels.version, record.v && [record.v]]]) {
      if (some) made.append(page.make("p", { class: "note" }, `${name}${labels.colon} `, page.make("code", {}, some.join(", "))));
    }
    if (record.b) {
      made.append(page.make("p", {}, `${labels.behind}${labels.colon}`), page.make("ol", { class: "cases" }, ...record.b.map((place) => item(records[place]))));
      if (record.n > 0) made.append(page.make("p", { class: "note" }, page.fill(labels.behind_more, { number: page.number(record.n) })));
    }
    return made;
  }

  function legend(stretches) {
    const causes = [...new Set(stretches.map((each) => each.cause))];
    return page.make("ul", { class: "legend", "aria-label": labels.legend }, ...causes.map((cause) => page.make("li", {}, page.make("i", { class: `c-${cause}` }), timeline.causeName(cause))));
  }

  function steps(stretches, zone) {
    const header = [labels.from, labels.to, labels.length, labels.what].map((name) => page.make("th", { scope: "col" }, name));
    const rows = stretches.map((each) => page.make("tr", {}, ...[timeline.instant(each.from, zone), timeline.instant(each.to, zone), timeline.span(each.to - each.from),
      `${timeline.causeName(each.cause)} ${each.name}`.trim()].map((text) => page.make("td", {}, text))));
    return page.make("details", {}, page.make("summary", {}, labels.details), page.make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": labels.details },
      page.make("table", {}, page.make("thead", {}, page.make("tr", {}, ...header)), page.make("tbody", {}, ...rows))));
  }

  return { item };
}
