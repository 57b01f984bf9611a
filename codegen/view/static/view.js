// Keys, and writing down what somebody says. Everything can be read without this file.
"use strict";

const find = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=token]").content;

// ---- messages ---------------------------------------------------------------------------------

const MOST_KEPT_ALIVE = 15000;  // browsers allow 64 KiB

let clearing = 0;

function say(text, wrong = false) {
  const said = find("said");
  said.textContent = text;
  said.classList.toggle("wrong", wrong);
  clearTimeout(clearing);
  clearing = setTimeout(() => { said.textContent = ""; }, wrong ? 12000 : 1500);
}

async function post(path, value) {
  const body = JSON.stringify(value);
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Codegen-Token": token },
    body,
    keepalive: body.length < MOST_KEPT_ALIVE,  // it arrives though the page is left
  });
  if (answer.ok) return answer;
  const text = await answer.text();
  if (answer.headers.get("Content-Type").startsWith("application/json")) {
    throw new Error(JSON.parse(text).message);
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  throw new Error(page.querySelector("main p")?.textContent ?? `status ${answer.status}`);
}

// ---- annotating -------------------------------------------------------------------------------

// One write at a time, in the order of the keys, so that none overtakes another.
let writing = Promise.resolve(true);

function panelState() {
  const panel = find("panel");
  return {
    number: Number(panel.dataset.number),
    annotator: panel.dataset.annotator,
    mark: panel.dataset.mark,
    score: panel.dataset.score === "" ? null : Number(panel.dataset.score),
    note: find("note").value,
  };
}

function keep(change, told) {
  if (!find("panel")) return;
  writing = writing.then(async () => {
    const state = panelState();
    const wanted = change(state);
    const answer = await post("/annotation", { ...state, ...wanted });
    replacePanel(await answer.text());
    say(told(wanted));
    return true;
  }).catch((error) => {
    keptNote = undefined;  // so that it is tried again
    say(`Not kept: ${error.message}`, true);
    return false;
  });
}

// The note is left alone: somebody may be typing in it.
function replacePanel(markup) {
  const made = new DOMParser().parseFromString(markup, "text/html").getElementById("panel");
  const panel = find("panel");
  const focused = document.activeElement?.id;
  Object.assign(panel.dataset, made.dataset);
  for (const part of [".marking", ".scores", ".meaning"]) {
    panel.querySelector(part).replaceWith(made.querySelector(part));
  }
  const others = made.querySelector(".others");
  panel.querySelector(".others")?.remove();
  if (others) panel.append(others);
  if (focused && focused !== "note") find(focused)?.focus();
}

function mark(name) {
  keep((state) => ({ mark: state.mark === name ? "" : name }),
    (wanted) => (wanted.mark ? `Marked ${wanted.mark}` : "Mark taken back"));
}

function score(value) {
  keep((state) => ({ score: state.score === value ? null : value }),
    (wanted) => (wanted.score === null ? "Score taken back" : `Scored ${wanted.score} of 5`));
}

let keptNote = find("note")?.value;

function keepNote() {
  const note = find("note").value;
  if (note === keptNote) return;
  keptNote = note;
  keep(() => ({ note }), () => (note ? "Note kept" : "Note taken back"));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const plain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link && plain && find("panel")) {
    event.preventDefault();
    leave(link.href);
  }
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "good" || button.id === "bad") mark(button.id);
  else if (button.dataset.value) score(Number(button.dataset.value));
  else if (button.id === "ask-help") find("help").showModal();
  else if (button.classList.contains("close")) button.closest("dialog").close();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "annotator") switchTo(event.target.value);
  else if (event.target.closest("#filter")) event.target.form.requestSubmit();
});

find("note")?.addEventListener("blur", keepNote);

// Empty choices would only make the address longer.
find("filter")?.addEventListener("submit", (event) => {
  for (const field of event.target.elements) if (field.value === "") field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of find("filter")?.elements ?? []) field.disabled = false;
});

// ---- who annotates ----------------------------------------------------------------------------

async function switchTo(name) {
  if (!name) {
    find("name").showModal();
    return;
  }
  try {
    await writing;
    await post("/annotator", { annotator: name });
    location.reload();
  } catch (error) {
    say(error.message, true);
  }
}

find("name").addEventListener("close", () => {
  const name = find("name").returnValue === "use" ? find("new-name").value.trim() : "";
  if (name) switchTo(name);
  else find("annotator").value = [...find("annotator").options].find((one) => one.defaultSelected)?.value ?? "";
});

// ---- keys -------------------------------------------------------------------------------------

const entries = [...document.querySelectorAll("a.entry")];

function moveBy(step) {
  const at = entries.indexOf(document.activeElement);
  const to = entries[at < 0 ? (step > 0 ? 0 : entries.length - 1) : at + step];
  if (to) to.focus();
  else follow(step > 0 ? "page-after" : "page-before");
}

let warned = false;

// What is being typed or written is kept before the page goes. Where it cannot be, the page stays
// and says so, once: who leaves a second time means it.
async function leave(address) {
  if (document.activeElement?.id === "note") document.activeElement.blur();
  const kept = await writing;
  if (!kept && !warned) {
    warned = true;
    return;
  }
  location.assign(address);
}

function follow(id) {
  const link = find(id);
  if (link) leave(link.href);
}

function unfold() {
  const folded = [...document.querySelectorAll(".reading details")];
  const opening = folded.some((one) => !one.open);
  for (const one of folded) one.open = opening;
}

const inList = document.body.classList.contains("list");
const KEYS = {
  j: () => (inList ? moveBy(1) : follow("next")),
  k: () => (inList ? moveBy(-1) : follow("previous")),
  ArrowDown: inList ? () => moveBy(1) : null,
  ArrowUp: inList ? () => moveBy(-1) : null,
  ArrowRight: inList ? () => follow("page-after") : () => follow("next"),
  ArrowLeft: inList ? () => follow("page-before") : () => follow("previous"),
  "]": () => follow("page-after"),
  "[": () => follow("page-before"),
  u: () => follow("up"),
  "/": () => { find("search").focus(); find("search").select(); },
  g: () => mark("good"),
  b: () => mark("bad"),
  n: () => find("note")?.focus(),
  e: unfold,
  "?": () => find("help").showModal(),
};
for (const value of [1, 2, 3, 4, 5]) KEYS[value] = () => score(value);

function typing(target) {
  return target.closest("input, textarea, select, dialog[open]") !== null;
}

// A region that scrolls sideways keeps its arrows.
function scrolls(target, key) {
  const region = target.closest(".scroll, ol.code, pre");
  return region !== null && key.startsWith("Arrow");
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.id === "note" && (key === "Escape" || (key === "Enter" && (event.ctrlKey || event.metaKey)))) {
    event.preventDefault();
    target.blur();  // which keeps it
    return;
  }
  if (target.id === "search" && key === "Escape") {
    target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || scrolls(target, key)) return;
  const action = KEYS[key];
  if (!action) return;
  event.preventDefault();
  action();
});

// ---- at the start -----------------------------------------------------------------------------

if (inList) {
  const wide = matchMedia("(min-width: 60rem)").matches;
  if (wide) find("filters").open = true;
  // back in the list, the line is where it was left
  const left = sessionStorage.getItem("left");
  const line = entries.find((one) => one.pathname === left);
  if (line) line.focus();
  sessionStorage.removeItem("left");
} else if (document.body.classList.contains("record")) {
  sessionStorage.setItem("left", location.pathname);
}
