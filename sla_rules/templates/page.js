{% include "timeline.js" %}
{% include "cases.js" %}
{% include "promises.js" %}
{% include "breaches.js" %}
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const numbers = new Intl.NumberFormat(data.lang);
  const page = {
    number: (value) => numbers.format(value),
    fill: (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]),
    make(tag, attributes = {}, ...children) {
      const made = document.createElement(tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.append(...children);
      return made;
    },
  };
  setUpPromises(data, page);
  setUpBreaches(data, page);

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.documentElement.dataset.theme = dark === "dark" ? "light" : "dark";
  });
})();
