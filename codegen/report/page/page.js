// Draws the plots of the part that is shown, and shows another part when one is chosen.
// What a part says is in the page already: nothing is computed here, and nothing is fetched.
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const part = document.getElementById("part");
const NARROW = 420; // pixels
let drawn = [];
let turn = 0;

// the plots' texts are measured before they are drawn, for which their font must be named
const font = getComputedStyle(document.body).fontFamily;

const look = (width) => ({
  background: null,
  font,
  view: { stroke: null },
  aria: false,
  axis: {
    labelColor: "var(--soft)", titleColor: "var(--soft)", labelFontSize: 13, titleFontSize: 13,
    titleFontWeight: 400, gridColor: "var(--line)", domainColor: "var(--line)",
    tickColor: "var(--line)", titlePadding: 8,
  },
  axisY: { labelLimit: Math.min(260, width * 0.42) },
  text: { fontSize: 13 },
  legend: { labelColor: "var(--soft)", labelFontSize: 13, columnPadding: 18 },
});

// a plot is as high as its categories are many; said as a number, as only the width is to fit
function height(chart, rows) {
  if (!chart.height.step) return chart.height;
  return chart.height.step * new Set(rows.map((row) => row[chart.encoding.y.field])).size;
}

async function draw(place, values) {
  const name = place.dataset.plot;
  const whole = data.charts[name];
  const chart = place.clientWidth < NARROW && whole.usermeta?.narrow || whole;
  const spec = {
    ...chart,
    height: height(chart, values[name]),
    width: "container",
    data: { values: values[name] },
    config: look(place.clientWidth),
  };
  const made = await vegaEmbed(place, spec, {
    actions: false, ast: true, renderer: "svg", mode: "vega-lite", defaultStyle: false,
    tooltip: { theme: "custom" },
  });
  made.view.container().querySelector("svg")?.setAttribute("aria-hidden", "true");
  return made;
}

async function drawAll(values) {
  const own = ++turn;
  for (const old of drawn.splice(0)) old.finalize();
  for (const place of main.querySelectorAll("[data-plot]")) {
    const made = await draw(place, values);
    if (own !== turn) { made.finalize(); return; }
    drawn.push(made);
  }
  document.documentElement.dataset.drawn = String(drawn.length);
}

function show(key) {
  const view = data.views[key];
  const open = new Set([...main.querySelectorAll("details[open]")].map((one) => one.dataset.name));
  const from = scrollY;
  main.innerHTML = view.html; // escaped when the page was made
  for (const one of main.querySelectorAll("details")) one.open = open.has(one.dataset.name);
  const there = new Set([...main.querySelectorAll("section")].map((one) => `#${one.id}`));
  for (const link of document.querySelectorAll("nav a")) {
    link.parentElement.hidden = !there.has(link.getAttribute("href"));
  }
  scrollTo(0, from);
  document.getElementById("said").textContent =
    key ? `Only ${part.selectedOptions[0].textContent} is shown.` : "";
  return drawAll(view.values);
}

if (matchMedia("(max-width: 60rem)").matches) document.getElementById("contents-list").open = false;
part?.addEventListener("change", () => show(part.value));
if (part) part.value = "";
drawAll(data.views[""].values);
