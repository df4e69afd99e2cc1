/* The list of breaches: as many as fit on a screen at first, filtered and ordered by its form. */
function setUpBreaches(data, page) {
  const { labels, promises, records } = data;
  const cases = makeCases(data, page);
  const PAGE = 50, PRINTED = 2000;
  const list = document.getElementById("breach-list");
  const form = document.getElementById("breach-filters");
  const more = document.getElementById("more");
  const broken = records.slice(0, data.shown);
  const ORDERS = {
    policy: () => 0,
    latest: (a, b) => (beginning(b) ?? -Infinity) - (beginning(a) ?? -Infinity) || 0,
    earliest: (a, b) => (beginning(a) ?? Infinity) - (beginning(b) ?? Infinity) || 0,
    worst: (a, b) => (b.g || -Infinity) - (a.g || -Infinity) || 0,
  };
  let found = broken, shown = 0;

  /* When the case or the period of a record began; nothing where it has no beginning. */
  function beginning(record) {
    return record.a ?? record.o;
  }

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
    document.getElementById("breach-count").textContent = page.fill(labels.matching, { number: page.number(found.length), all: page.number(broken.length) });
  }

  function show(count) {
    list.append(...found.slice(shown, shown + count).map(cases.item));
    shown = Math.min(shown + count, found.length);
    more.hidden = shown === found.length;
    more.textContent = page.fill(labels.more, { number: page.number(Math.min(PAGE, found.length - shown)) });
  }

  if (form) {
    const months = [...new Set(broken.map((record) => record.m).filter(Boolean))].sort();
    form.elements.month.append(...months.map((name) => page.make("option", { value: name }, name)));
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
    const unprinted = document.getElementById("unprinted");
    window.addEventListener("beforeprint", () => {
      show(Math.max(PRINTED - shown, 0));
      unprinted.textContent = shown < found.length ? page.fill(labels.unprinted, { number: page.number(found.length - shown) }) : "";
    });
  }
}
