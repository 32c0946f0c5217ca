// The report: its filters, and the timelines of its claims.
page.ready = () => {
  const claims = all("details.claim").map((element) => ({
    element,
    verdicts: element.dataset.v,
    chapter: element.closest(".chapter").dataset.chapter,
    rows: [],
    text: "",
  }));
  const byId = new Map(claims.map((claim) => [claim.element.id, claim]));
  for (const row of all("tr[data-row]")) byId.get(row.dataset.row)?.rows.push(row);
  const form = document.querySelector(".side form");
  const parts = [".part", ".chapter"].map((kind) => all(kind));
  const bodies = all(".overview tbody");
  const questions = all(".question").map((element) => ({
    element,
    claims: all("[data-claim]", element).map((shown) => byId.get(shown.dataset.claim)),
  }));
  const intros = all(".chapter > .prose, .part > .prose, #ui-questions > .prose, .group-of-questions > .prose");
  const groups = all(".group-of-questions, #ui-questions");

  // The text to search is read once, and only if somebody searches.
  function textOf(claim) {
    const { element } = claim;
    claim.text ||= [element.id, element.querySelector("h5").textContent, ...all(".prose", element).map((prose) => prose.textContent)].join("\n").toLowerCase();
    return claim.text;
  }

  function chosenCells() {
    const wanted = [state.python, state.method, state.library];
    const fits = (cell) => wanted.every((value, number) => !value || cell[number] === value);
    return data.cells.flatMap((cell, number) => (fits(cell) ? [number] : []));
  }

  // With no verdict chosen, a claim that does not speak of the chosen cells is left out too.
  function matchesVerdict(there, narrowed) {
    if (state.verdict === "red") return there.some((code) => data.red.includes(code));
    if (state.verdict) return there.includes(data.verdicts.indexOf(state.verdict));
    return !narrowed || there.some((code) => code !== data.silent);
  }

  function matchesAgreement(there) {
    if (!state.cells) return true;
    const kinds = new Set(there.filter((code) => data.green.includes(code) || data.red.includes(code)));
    return (kinds.size > 1) === (state.cells === "differ");
  }

  function filter() {
    const cells = chosenCells();
    const narrowed = cells.length < data.cells.length;
    const wanted = state.text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const claim of claims) {
      const there = cells.map((number) => Number(claim.verdicts[number]));
      const fits = (!state.chapter || claim.chapter === state.chapter)
        && matchesVerdict(there, narrowed)
        && matchesAgreement(there)
        && wanted.every((word) => textOf(claim).includes(word));
      claim.element.hidden = !fits;
      for (const row of claim.rows) row.hidden = !fits;
      shown += fits;
    }
    const some = FILTERS.some((key) => state[key]);
    for (const kind of parts) for (const part of kind) part.hidden = !part.querySelector(".claim:not([hidden])");
    for (const body of bodies) body.hidden = !body.querySelector("tr[data-row]:not([hidden])");
    // With words to look for alone, a question may have them itself; else one of its claims counts.
    const onlyWords = FILTERS.every((key) => key === "text" || !state[key]);
    for (const { element, claims: shownBy } of questions) {
      const own = onlyWords && wanted.every((word) => element.textContent.toLowerCase().includes(word));
      element.hidden = some && !own && shownBy.every((claim) => claim.element.hidden);
    }
    for (const group of groups) group.hidden = !group.querySelector(".question:not([hidden])");
    for (const text of intros) text.hidden = some;
    by("ui-shown").textContent = data.shown[state.lang].replace("{shown}", shown).replace("{all}", claims.length);
    by("ui-reset").hidden = !some;
    by("ui-nothing").hidden = shown > 0;
  }

  page.show = () => {
    for (const option of all("option[data-en]")) option.textContent = option.dataset[state.lang];
    for (const key of FILTERS) {
      const field = form.elements[key];
      field.value = state[key];
      if (field.value !== state[key]) state[key] = field.value = "";
    }
    filter();
  };

  function clearFilters() {
    for (const key of FILTERS) state[key] = "";
    showState();
  }

  // A link to a claim opens it, also if the filters would hide it.
  page.reveal = (target) => {
    const claim = byId.get(target.id);
    if (claim) claim.element.open = true;
    if (target.closest("[hidden]")) clearFilters();
    return claim ? target.querySelector("summary") : target;
  };

  // The timelines are packed, and drawn when their claim is opened for the first time.
  let unpacked;
  async function unpack() {
    const bytes = Uint8Array.from(atob(by("page-pictures").textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }

  async function draw(claim) {
    unpacked ??= unpack();
    const views = await unpacked;
    const place = claim.element.querySelector(".pictures");
    if (!place.childElementCount) place.innerHTML = views[claim.element.id] ?? "";
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    state[event.target.name] = event.target.value;
    filter();
    writeAddress();
  });
  by("ui-reset").addEventListener("click", () => {
    clearFilters();
    writeAddress();
    form.elements.text.focus();
  });
  const toggleAll = (open) => {
    for (const claim of claims) if (!claim.element.hidden) claim.element.open = open;
  };
  by("ui-open").addEventListener("click", () => toggleAll(true));
  by("ui-close").addEventListener("click", () => toggleAll(false));
  for (const claim of claims) {
    claim.element.addEventListener("toggle", () => claim.element.open && draw(claim));
    claim.element.querySelector("summary").addEventListener("click", () => {
      state.at = claim.element.open ? "" : claim.element.id;
      writeAddress();
    });
  }
  if (matchMedia("(max-width: 65.99rem)").matches) document.querySelector(".finder").open = false;
};
