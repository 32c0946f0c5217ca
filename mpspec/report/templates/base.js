"use strict";
// The address keeps what is chosen: #CLAIM?lang=zh&verdict=refuted. What is left out is the default.
const root = document.documentElement;
const by = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const data = JSON.parse(by("page-data").textContent);
const FILTERS = data.filters;
const DEFAULTS = { lang: root.lang, theme: "auto", ...Object.fromEntries(FILTERS.map((key) => [key, ""])) };
const state = { ...DEFAULTS, at: "" };
// What a page does of its own: once all is there, when what is chosen changes, and when a link leads
// to `target`, of which it returns what is to have the focus.
const page = {
  ready() {},
  show() {},
  reveal: (target) => target,
};
root.classList.add("js");
readAddress();
showLanguageAndTheme();

function readAddress() {
  const [at, query] = location.hash.slice(1).split("?");
  state.at = decode(at);
  if (query === undefined) return;
  const chosen = new URLSearchParams(query);
  for (const key in DEFAULTS) state[key] = chosen.get(key) ?? (FILTERS.includes(key) ? "" : state[key]);
  if (!["en", "zh"].includes(state.lang)) state.lang = DEFAULTS.lang;
  if (!["auto", "light", "dark"].includes(state.theme)) state.theme = DEFAULTS.theme;
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function writeAddress() {
  const chosen = new URLSearchParams(Object.entries(state).filter(([key, value]) => key in DEFAULTS && value !== DEFAULTS[key]));
  const query = chosen.size ? "?" + chosen : "";
  const address = "#" + encodeURIComponent(state.at) + query;
  if (location.hash !== address && (location.hash || address !== "#")) history.replaceState(null, "", address);
}

function showLanguageAndTheme() {
  root.lang = state.lang;
  if (state.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = state.theme;
}

function showState() {
  showLanguageAndTheme();
  document.title = data.title[state.lang];
  for (const name of ["lang", "theme"]) {
    for (const input of all(`input[name="${name}"]`)) input.checked = input.value === state[name];
  }
  page.show();
}

function goTo(id) {
  const target = id && by(id);
  if (!target) return;
  const focused = page.reveal(target);
  target.scrollIntoView();
  focused.focus({ preventScroll: true });
}

addEventListener("DOMContentLoaded", () => {
  page.ready();
  for (const input of all(".switch input")) {
    input.addEventListener("change", () => {
      state[input.name] = input.value;
      showState();
      writeAddress();
    });
  }
  addEventListener("hashchange", () => {
    readAddress();
    showState();
    goTo(state.at);
    writeAddress();
  });
  showState();
  goTo(state.at);
  writeAddress();
  // When all is loaded the browser goes to the fragment itself, and takes the focus away.
  addEventListener("load", () => setTimeout(() => goTo(state.at)));
});
