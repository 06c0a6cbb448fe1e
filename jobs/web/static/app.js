// What pages do beyond links and forms. Every page works without: forms are sent by the browser, marks are links.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const token = () => $('meta[name="form-token"]').content;

/** Send JSON to the API; the answer's value, or an Error with the sentence that the server said. */
async function call(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-Form-Token": token(), Accept: "application/json" };
  const answer = await fetch("/api/v1" + path, { method, headers, body: JSON.stringify(body ?? {}) });
  const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
  if (!answer.ok) throw new Error(said?.error?.message ?? answer.statusText);
  return said;
}

/** Say something at the top of the page, as the server does after a form. */
function say(sentence) {
  if (!sentence) return;
  const old = $(".said") ?? $("header.top").insertAdjacentElement("afterend", document.createElement("p"));
  old.className = "said";
  old.setAttribute("role", "status");
  old.textContent = sentence;
}

const attempt = (work) => work().catch((error) => say(error.message));

/** The list that was read last in this tab, so that its records can be gone through one by one: its address, its records, the one that was open. */
const kept = {
  get list() { return JSON.parse(sessionStorage.getItem("list")) ?? { records: [] }; },
  set list(value) { sessionStorage.setItem("list", JSON.stringify(value)); },
};

/** The list of Today and of others: j k o v m M f, and buttons that need no new page. */
class List extends HTMLElement {
  connectedCallback() {
    const { from, open } = kept.list, records = $$("a.open", this).map((link) => link.pathname);
    kept.list = { from: location.href, records };
    if (from === location.href && records.includes(open)) this.choose(this.entries[records.indexOf(open)]);
    this.addEventListener("submit", (event) => {
      const entry = event.target.closest(".entry");
      if (!entry || !event.target.matches(".star, .mark-read")) return;
      event.preventDefault();
      event.target.matches(".star") ? this.star(entry) : this.toggle(entry);
    });
    this.addEventListener("focusin", (event) => this.choose(event.target.closest(".entry"), false));
  }
  get entries() { return $$(".entry", this); }
  get chosen() { return $(".entry.chosen", this); }
  choose(entry, focus = true) {
    if (!entry) return;
    this.chosen?.classList.remove("chosen");
    entry.classList.add("chosen");
    if (focus) { entry.focus({ preventScroll: true }); entry.scrollIntoView({ block: "nearest" }); }
  }
  step(by) {
    const all = this.entries, at = all.indexOf(this.chosen);
    this.choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  }
  toggle(entry) { return read([entry], !entry.classList.contains("read")); }
  star(entry) { return star(entry, entry.dataset.story); }
  key(key) {
    const entry = this.chosen;
    if (key === "j") this.step(1);
    else if (key === "k") this.step(-1);
    else if (!entry) return false;
    else if (key === "o" || key === "Enter") $("a.open", entry).click();
    else if (key === "v") $("a.original", entry)?.click();
    else if (key === "m") this.toggle(entry);
    else if (key === "M") read(this.entries.slice(0, this.entries.indexOf(entry) + 1).filter((one) => !one.classList.contains("read")), true);
    else if (key === "f") this.star(entry);
    else if (key in PARTS) location.assign($("a.open", entry).href + PARTS[key]);
    else return false;
    return true;
  }
}

/** Where on a record's page one writes a note, hands over, says what is wrong. */
const PARTS = { n: "#note", a: "#hand", x: "#wrong" };

/** Mark the stories of these elements as read, or as unread. */
function read(roots, read) {
  return attempt(async () => {
    if (!roots.length) return;
    await call("PUT", "/stories/read", { stories: roots.map((root) => Number(root.dataset.story)), read });
    for (const root of roots) {
      root.classList.toggle("read", read);
      $(".mark-read button", root)?.setAttribute("aria-pressed", read);
      const hidden = $('.mark-read [name="read"]', root);
      if (hidden) hidden.value = !read;
    }
  });
}

/** Star or unstar a story by the button inside `root`. */
function star(root, story) {
  return attempt(async () => {
    const button = $(".star button", root), starred = button.getAttribute("aria-pressed") !== "true";
    await call("PUT", `/stories/${story}/star`, { starred });
    button.setAttribute("aria-pressed", starred);
    button.textContent = starred ? "★" : "☆";
    $('.star [name="starred"]', root).value = !starred;
  });
}

/** A record: a value and its places in the text light up together. */
class Shown extends HTMLElement {
  connectedCallback() {
    const light = (event, on) => {
      const of = event.target.closest?.("[data-of]")?.dataset.of.split(" ") ?? [];
      for (const key of of) {
        for (const place of $$(`[data-of~="${key}"].mark`, this)) place.classList.toggle("lit", on);
        document.getElementById(key)?.classList.toggle("lit", on);
      }
    };
    for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) this.addEventListener(kind, (event) => light(event, on));
    this.addEventListener("submit", (event) => {
      if (!event.target.matches(".star, .mark-read")) return;
      event.preventDefault();
      this.key(event.target.matches(".star") ? "f" : "m");
    });
    if (kept.list.records.includes(location.pathname)) kept.list = { ...kept.list, open: location.pathname };
  }
  /** To the next record of the list that was read last, or the one before. */
  step(by) {
    const { records } = kept.list, to = records[records.indexOf(location.pathname) + by];
    if (to && records.includes(location.pathname)) location.assign(to);
  }
  /** A note is on the words that are selected in the text. */
  quote() {
    const form = $(".add-note", this), chosen = getSelection(), words = chosen.toString().trim();
    const inside = words && $(".body", this).contains(chosen.anchorNode) && $(".body", this).contains(chosen.focusNode);
    $('[name="quote"]', form).value = inside ? words : "";
    $(".remark", form).hidden = !inside;
    $("q", form).textContent = inside ? words : "";
    $("textarea", form).focus();
  }
  key(key) {
    if (key === "f") star(this, this.dataset.story);
    else if (key === "m" && $(".mark-read", this)) read([this], !this.classList.contains("read"));
    else if (key === "j") this.step(1);
    else if (key === "k") this.step(-1);
    else if (key === "u") location.assign(kept.list.from ?? "/");
    else if (key === "n" && $(".add-note", this)) this.quote();
    else if (key === "x" && $("#wrong", this)) $("#wrong", this).open = true, $("#wrong summary", this).focus();
    else if (key === "v") $("a.original", this)?.click();
    else return false;
    return true;
  }
}

/** Says that news came, and leaves it to the reader to load them: nothing moves under the eyes. A hidden tab holds no connection. */
class LiveNews extends HTMLElement {
  connectedCallback() {
    this.turn = () => (document.hidden ? this.source?.close() : this.listen());
    document.addEventListener("visibilitychange", this.turn);
    this.turn();
  }
  listen() {
    const link = $("a", this);
    this.source = new EventSource("/api/v1/events");
    this.source.addEventListener("news", (event) => {
      const { alerts } = JSON.parse(event.data);
      this.first ??= alerts;
      const came = alerts - this.first;
      if (came <= 0) return;
      link.textContent = came === 1 ? link.dataset.one : `${came} ${link.dataset.many}`;
      this.hidden = false;
    });
  }
  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.turn);
    this.source?.close();
  }
}

/** A rule that is being written: its trial follows, a moment after the last key. */
class Trial extends HTMLElement {
  connectedCallback() {
    this.query = $('[name="query"]', this);
    this.query?.addEventListener("input", () => { clearTimeout(this.later); this.later = setTimeout(() => this.run(), 300); });
    if ($("#trial > .remark")) this.run();
  }
  run() {
    if (!this.query.value.trim()) return;
    this.asked?.abort();
    const body = new URLSearchParams({ token: token(), query: this.query.value, rule: this.dataset.rule, days: this.dataset.days });
    this.asked = load("POST", "/rules/test", body, (page, well) => {
      const refused = $$(".mistake, .bad, .narrow > p", page).filter((one) => !$("a", one));
      $("#trial").replaceChildren(...(well ? page.body.childNodes : refused));
    });
  }
}

/** Facets beside a search: at once where there is room beside it, else when they are asked for. */
class Facets extends HTMLElement {
  connectedCallback() {
    const link = $("a", this), wide = matchMedia("(min-width: 60rem)").matches;
    const show = () => load("GET", link.href, null, (page, well) => {
      if (well) this.replaceChildren($(".facets", page));
    });
    if (wide) show();
    else link.addEventListener("click", (event) => { event.preventDefault(); show(); });
  }
}

/** Ask for a page, as one to take pieces from: reads HTML without a script sink, which Trusted Types refuse. */
function load(method, address, body, done) {
  const asked = new XMLHttpRequest();
  asked.open(method, address);
  asked.responseType = "document";
  asked.onload = () => done(asked.response, asked.status === 200);
  asked.send(body);
  return asked;
}

customElements.define("z-facets", Facets);
customElements.define("z-trial", Trial);
customElements.define("z-list", List);
customElements.define("z-record", Shown);
customElements.define("z-live", LiveNews);

// Keys: g and a letter goes to a screen, / to the search field, ? shows the list, all others belong to the page's own element.
let going = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest?.("input, textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if ($("dialog[open]")) return;
  if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return;
  if (Date.now() - going < 1500) {
    going = 0;
    const to = $(`[data-go="${CSS.escape(event.key)}"]`);
    if (to) { event.preventDefault(); to.click(); }
    return;
  }
  if (event.key === "g") going = Date.now();
  else if (event.key === "?") $("#keys").showModal();
  else if ($(`[data-key="${CSS.escape(event.key)}"]`)) $(`[data-key="${CSS.escape(event.key)}"]`).focus();
  else if (!$$("z-list, z-record").some((one) => one.key(event.key))) return;
  event.preventDefault();
});
$(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
// On a narrow screen the cells of a row stand below each other: each says of what it is.
for (const table of $$("table.wide")) {
  const heads = $$("thead th", table).map((one) => one.textContent.trim());
  for (const cell of $$("tbody td", table)) {
    if (cell.cellIndex && heads[cell.cellIndex]) cell.dataset.label = heads[cell.cellIndex];
    cell.classList.toggle("blank", !cell.textContent.trim() && !$("input, textarea", cell));
  }
}
for (const button of $$("[data-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}
