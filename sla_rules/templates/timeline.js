/* Draws the time of one case: what counted, what did not, when it was due, and when it was done. */
function makeTimeline(data) {
  const SVG = "http://www.w3.org/2000/svg";
  const MS = 1000, HEIGHT = 104, BAR = { top: 28, height: 22 }, AXIS = 78, TICK = 40, MARK = 120;
  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND)
    .concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 6, 12].map((n) => n * HOUR),
      [1, 2, 7, 14, 28, 91, 182, 365, 1826, 3652, 36525].map((n) => n * DAY));
  const { labels } = data;
  const formats = new Map();

  /* How instants are told in a time zone; in UTC where the browser does not know it. */
  function formatOf(zone) {
    if (!formats.has(zone)) {
      const shape = {
        hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
        hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
      };
      try {
        formats.set(zone, new Intl.DateTimeFormat("en-CA", { ...shape, timeZone: zone }));
      } catch {
        formats.set(zone, new Intl.DateTimeFormat("en-CA", { ...shape, timeZone: "UTC" }));
      }
    }
    return formats.get(zone);
  }

  /* An instant in a time zone, with the name that the zone has then as the rest of the page says it. */
  function local(ms, zone) {
    const found = Object.fromEntries(formatOf(zone).formatToParts(ms).map((part) => [part.type, part.value]));
    const day = `${found.year}-${found.month}-${found.day}`, time = `${found.hour}:${found.minute}`;
    const offset = Math.round((Date.parse(`${day}T${time}:${found.second}Z`) - Math.floor(ms / SECOND) * SECOND) / MINUTE);
    const name = (data.zones[zone] || {})[offset] || found.timeZoneName;
    return { day, time, second: found.second, zone: name };
  }

  /* An instant in microseconds as text, in a time zone. */
  function instant(micros, zone) {
    const { day, time, second, zone: name } = local(Math.floor(micros / MS), zone);
    const rest = ((micros % 1000000) + 1000000) % 1000000;
    return `${day} ${time}:${second}${rest ? "." + String(rest).padStart(6, "0") : ""} ${name}`;
  }

  /* A span in microseconds as text: hours, minutes, seconds. */
  function span(micros) {
    const hours = Math.floor(micros / 3.6e9), minutes = Math.floor((micros % 3.6e9) / 6e7), seconds = (micros % 6e7) / 1e6;
    const said = [];
    if (hours) said.push(`${hours.toLocaleString(data.lang)} h`);
    if (minutes) said.push(`${minutes} min`);
    if (seconds || !said.length) said.push(`${seconds.toLocaleString(data.lang, { maximumFractionDigits: 6 })} s`);
    return said.join(" ");
  }

  /* The same to the two largest units, as much as one reads at a glance. */
  function about(micros) {
    const unit = micros >= 3.6e9 ? 6e7 : micros >= 6e7 ? 1e6 : 1;
    return span(Math.floor(micros / unit) * unit);
  }

  /* The stretches of a record: from, to, cause and name; what counted after the due instant is late. */
  function stretchesOf(record) {
    const found = [];
    let from = record.t ? record.t[0] : 0;
    for (const [to, cause, name] of (record.t || []).slice(1)) {
      const named = name === undefined ? "" : data.names[name];
      const due = record.d;
      if (cause === "counted" && due !== undefined && due < to) {
        if (from < due) found.push({ from, to: due, cause, name: named });
        found.push({ from: Math.max(from, due), to, cause: "late", name: named });
      } else {
        found.push({ from, to, cause, name: named });
      }
      from = to;
    }
    return found;
  }

  function element(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function causeName(cause) {
    return labels[cause] || data.causes[cause] || cause;
  }

  function ticks(first, last, zone, room) {
    const step = STEPS.find((each) => (last - first) / each <= room) || STEPS[STEPS.length - 1];
    const { day, time, second } = local(first, zone);
    const offset = Date.parse(`${day}T${time}:${second}Z`) - Math.floor(first / SECOND) * SECOND;
    const found = [];
    for (let at = Math.ceil((first + offset) / step) * step - offset; at <= last; at += step) {
      const shown = local(at, zone);
      found.push([at, step >= DAY ? shown.day : step >= MINUTE ? shown.time : `${shown.time}:${shown.second}`, shown]);
    }
    return found;
  }

  /* The picture of a record of a promise, so many pixels wide; null where nothing of it has an instant. */
  function draw(record, promise, width) {
    const stretches = stretchesOf(record);
    const instants = [record.a, record.d, record.e, record.c, ...stretches.flatMap((each) => [each.from, each.to])].filter((each) => each !== undefined);
    if (!instants.length) return null;
    let first = Math.min(...instants) / MS, last = Math.max(...instants) / MS;
    const margin = Math.max((last - first) * 0.03, 1);
    first -= margin;
    last += margin;
    const x = (ms) => ((ms - first) / (last - first)) * width;
    const name = record.k ? `${record.s}, ${record.k}` : record.s;
    const svg = element("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `${labels.timeline.replace("{case}", () => name)}. ${record.r}` });
    for (const each of stretches) {
      const left = x(each.from / MS), right = x(each.to / MS);
      const rect = element("rect", { x: left, y: BAR.top, width: Math.max(right - left, 1), height: BAR.height, class: `bar c-${each.cause}` });
      rect.append(element("title", {}, `${`${causeName(each.cause)} ${each.name}`.trim()}${labels.colon} ${span(each.to - each.from)}`));
      svg.append(rect);
    }
    svg.append(element("line", { x1: 0, x2: width, y1: AXIS, y2: AXIS, stroke: "var(--none)" }));
    let before = "";
    for (const [at, text, shown] of ticks(first, last, promise.zone, Math.max(width / 110, 2))) {
      svg.append(element("line", { x1: x(at), x2: x(at), y1: AXIS, y2: AXIS + 4, stroke: "var(--none)" }));
      const label = shown.day !== before && text !== shown.day ? `${shown.day} ${text}` : text;
      before = shown.day;
      svg.append(element("text", { x: x(at), y: AXIS + 18, "text-anchor": anchor(x(at), width, TICK), class: "soft" }, label));
    }
    mark(svg, x, width, record.a, labels.started, record.A, "start");
    mark(svg, x, width, record.d, labels.due, record.D, "due");
    mark(svg, x, width, record.e, promise.kind === "never" ? labels.happened : labels.stopped, record.E, "stop");
    mark(svg, x, width, record.c, labels.cancelled, record.C, "stop");
    return svg;
  }

  /* Where a text stands to its instant: in the middle, but inside of the picture. */
  function anchor(at, width, half) {
    return at < half ? "start" : at > width - half ? "end" : "middle";
  }

  function mark(svg, x, width, micros, what, text, kind) {
    if (micros === undefined) return;
    const at = x(micros / MS), middle = BAR.top + BAR.height / 2, bottom = BAR.top + BAR.height;
    if (kind === "start") {
      svg.append(element("circle", { cx: at, cy: middle, r: 6, fill: "var(--card)", stroke: "var(--ink)", "stroke-width": 2 }));
    } else if (kind === "due") {
      svg.append(element("line", { x1: at, x2: at, y1: BAR.top - 9, y2: bottom + 6, stroke: "var(--ink)", "stroke-width": 2, "stroke-dasharray": "4 2" }));
      svg.append(element("text", { x: at, y: BAR.top - 13, "text-anchor": anchor(at, width, MARK) }, `${what} ${text}`));
    } else {
      svg.append(element("path", { d: `M${at},${middle - 8}l7,8l-7,8l-7,-8Z`, fill: "var(--card)", stroke: "var(--ink)", "stroke-width": 2 }));
      svg.append(element("text", { x: at, y: bottom + 16, "text-anchor": anchor(at, width, MARK) }, `${what} ${text}`));
    }
  }

  return { draw, stretchesOf, instant, span, about, causeName };
}
