/* The table of promises: sorted by its headers, filtered by its form. */
function setUpPromises(data, page) {
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
    document.getElementById("promise-count").textContent = page.fill(data.labels.matching_promises, { number: page.number(shown), all: page.number(body.rows.length) });
  }

  for (const header of table.tHead.querySelectorAll("[data-sort]")) {
    const button = page.make("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sortPromises(header));
  }
  promiseForm.hidden = false;
  promiseForm.addEventListener("input", filterPromises);
  promiseForm.addEventListener("reset", () => setTimeout(filterPromises));
  promiseForm.addEventListener("submit", (event) => event.preventDefault());
  filterPromises();
}
