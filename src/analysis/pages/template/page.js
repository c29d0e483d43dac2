"use strict";
(async () => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const words = settings.words;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const wide = matchMedia("(min-width: 68rem)");

  // Contents: open beside the text where there is room, a closed menu above it where there is not.
  const menu = document.querySelector(".contents details");
  if (menu) {
    const fit = () => { menu.open = wide.matches; };
    fit();
    wide.addEventListener("change", fit);
    menu.addEventListener("click", (event) => { if (event.target.closest("a") && !wide.matches) menu.open = false; });
    const links = new Map([...menu.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    const mark = () => {
      const here = heads.filter((head) => head.getBoundingClientRect().top < innerHeight / 3).pop();
      links.forEach((link, id) => {
        if (here && here.id === id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // Downloads: a table as the spreadsheets of the page's language read it; no cell can become a formula.
  const polish = settings.language === "pl";
  const comma = polish ? ";" : ",";
  const written = (text) => (/[";,\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const cell = (entry) => {
    const exact = entry.dataset.v;
    if (exact !== undefined) return exact === "nan" ? "" : polish ? exact.replace(".", ",") : exact;
    const text = entry.textContent.replaceAll("\u00a0", " ").trim();
    return written(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  };
  const save = (name, content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", content], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  document.querySelectorAll("table").forEach((table) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.csv;
    button.setAttribute("aria-describedby", `${table.id}-caption`);
    button.addEventListener("click", () => {
      const lines = [...table.rows].map((row) => [...row.cells].map(cell).join(comma));
      const head = [settings.csv, `${document.title}: ${table.caption.textContent}`].filter(Boolean).map(written);
      save(`${table.id}.csv`, [...head, ...lines, ""].join("\r\n"));
    });
    table.parentElement.after(button);
  });

  // Charts.
  const packed = document.getElementById("plotly");
  if (!packed) return;
  const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  settings.taken.forEach((id) => { // the library would put a style of its own there, for maps
    const place = document.createElement("template");
    place.id = id;
    document.head.append(place);
  });
  const library = document.createElement("script");
  library.textContent = await new Response(stream).text();
  document.head.append(library);

  const recolor = (value, inDark) => {
    if (typeof value === "string") return (inDark && settings.dark[value]) || value;
    if (Array.isArray(value)) return value.map((entry) => recolor(entry, inDark));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, recolor(entry, inDark)]));
    }
    return value;
  };
  const months = [...Array(12).keys()].map((month) => new Date(Date.UTC(2024, month, 15)));
  const named = (style) => months.map((day) => day.toLocaleDateString(settings.language, { month: style, timeZone: "UTC" }));
  const locale = {
    moduleType: "locale",
    name: settings.language,
    dictionary: {},
    format: {
      months: named("long"), shortMonths: named("short"), date: "%d.%m.%Y", decimal: polish ? "," : ".",
      thousands: "\u00a0", grouping: [3], currency: ["", ""],
    },
  };
  const picture = (chart) => {
    const figure = chart.closest("figure");
    const text = (place) => figure.querySelector(place).textContent;
    const layout = structuredClone(chart.layout);
    const below = [document.title, settings.csv].filter(Boolean).join(" · ");
    layout.title = { text: text(".title"), subtitle: { text: text(".subtitle") }, x: 0.02, xanchor: "left" };
    layout.margin = { ...layout.margin, t: 96, b: 96 };
    layout.annotations = [...(layout.annotations || []), {
      text: below, showarrow: false, xref: "paper", yref: "paper", x: 0, y: 0, yshift: -72, xanchor: "left", font: { size: 11 },
    }];
    const height = chart.clientHeight + 130;
    Plotly.downloadImage({ data: chart.data, layout }, { format: "png", scale: 2, width: 900, height, filename: figure.id });
  };
  const config = {
    displaylogo: false, showSendToCloud: false, plotlyServerURL: "", showTips: false, responsive: false,
    scrollZoom: false, displayModeBar: false, locale: settings.language, locales: { [settings.language]: locale },
  };
  const charts = [...document.querySelectorAll(".chart")].map((chart) => ({
    chart, given: JSON.parse(chart.parentElement.nextElementSibling.textContent),
  }));
  const draw = ({ chart, given }, inDark, width) => {
    const { data, layout } = recolor(given, inDark);
    const size = { ...layout, width, autosize: false, height: Number(chart.dataset.height) };
    Plotly.react(chart, data, size, config);
    chart.style.setProperty("--ratio", `${width} / ${size.height}`);
    chart.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("viewBox", `0 0 ${width} ${size.height}`));
  };
  // A matrix keeps cells wide enough to read: on a narrow screen it moves sideways inside its figure.
  const columns = ({ z }) => (Array.isArray(z) ? z[0].length : Number(z.shape.split(",")[1]));
  const least = ({ data }) => Math.max(0, ...data.filter(({ type }) => type === "heatmap").map((trace) => 190 + 34 * columns(trace)));
  const fit = ({ chart, given }) => {
    const pan = chart.parentElement;
    const width = Math.max(pan.clientWidth, least(given));
    if (width > pan.clientWidth) {
      pan.tabIndex = 0;
      pan.setAttribute("role", "group");
      pan.setAttribute("aria-labelledby", pan.closest("figure").querySelector(".title").id);
    }
    return width;
  };
  const drawAll = (inDark, width) => charts.forEach((entry) => draw(entry, inDark, width || fit(entry)));
  drawAll(dark.matches);
  charts.forEach(({ chart }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.picture;
    button.setAttribute("aria-describedby", chart.closest("figure").querySelector(".title").id);
    button.addEventListener("click", () => picture(chart));
    chart.closest("figure").querySelector("details").append(button);
  });
  document.body.dataset.drawn = charts.length;

  let seen = innerWidth;
  let waiting;
  addEventListener("resize", () => {
    if (innerWidth === seen) return;
    seen = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => drawAll(dark.matches), 120);
  });
  dark.addEventListener("change", () => drawAll(dark.matches));
  addEventListener("beforeprint", () => drawAll(false, 660));
  addEventListener("afterprint", () => drawAll(dark.matches));
})();
