// The storybook: the conversations that the tests play, drawn as a phone would show them.

import { element } from "./element.js";

const find = (selector) => document.querySelector(selector);
const MARKS = /(\*\*.+?\*\*|`[^`]+`|(?<!\w)_[^_\n]+_(?!\w))/;
const SAYS = /^(?:In (?<place>[^,]+(?:, topic [^,]+)?), )?(?<who>[^,:]+?) (?:writes|answers|edits the message): (?<text>.+)$/;
const WIDE = matchMedia("(min-width: 901px)");
let stories = [];
let crowded = false; // whether the open story is seen in more than one place

// One message

function marked(piece) {
  if (/^\*\*.+\*\*$/.test(piece)) return element("b", { textContent: piece.slice(2, -2) });
  if (/^`.+`$/.test(piece)) return element("code", { textContent: piece.slice(1, -1) });
  if (/^_.+_$/.test(piece)) return element("i", { textContent: piece.slice(1, -1) });
  return document.createTextNode(piece);
}

const words = (text) => element("div", { className: "words" }, ...text.split(MARKS).filter(Boolean).map(marked));

const CORNERS = { "⧉": ["corner copies", ""], "↗": ["corner", "↗"] };

function key(label) {
  const [, text, sign] = /^(.*?)(?: ([⧉↗]))?$/.exec(label);
  if (!sign) return element("span", { className: "key", textContent: text });
  const [className, textContent] = CORNERS[sign];
  return element("span", { className: "key" }, text, element("span", { className, textContent }));
}

const EXTRAS = {
  asks: (of) => element("div", { className: "asks", textContent: of, title: "The answer is asked for, such as this one" }),
  file: (of) => element("div", { className: "document", textContent: of }),
  picture: (of) => element("div", { className: "picture", textContent: of }),
};

const whose = (seen) => (crowded ? seen.where.replace(/^(To|In) /, "") : "");

function caption(seen) {
  const how = { "with sound": "🔔 with sound", "without sound": "🔕 without sound", changing: `${seen.about} changes` }[seen.how];
  return element("div", { className: "caption", textContent: [whose(seen), how].filter(Boolean).join(" · ") });
}

function message(seen) {
  const about = seen.about && seen.how !== "changing" && element("div", { className: "quote", textContent: seen.about });
  const extras = (asked) => seen.extras.filter(([what]) => (what === "asks") === asked).map(([what, of]) => EXTRAS[what](of));
  const bubble = element("div", { className: "bubble" }, about, ...extras(false), words(seen.text), ...extras(true));
  const rows = seen.rows.map((row) => element("div", {}, ...row.map(key)));
  const keys = rows.length > 0 && element("div", { className: "keys" }, ...rows);
  const kind = { "with sound": "loud", changing: "changed" }[seen.how] ?? "";
  return element("div", { className: `message ${kind}` }, caption(seen), bubble, keys);
}

// Notes: toasts, copied text, opened pages, reactions

const NOTES = { "flashing up": "", copied: "Copied: ", "on a page": "A page opens: ", under: "" };

function note(seen) {
  const text = seen.how === "under" ? `${seen.text} under ${seen.about}` : NOTES[seen.how] + seen.text;
  const kind = seen.how.replaceAll(" ", "-");
  return element("div", { className: `note-seen ${kind}` }, element("span", { className: "whose", textContent: whose(seen) }), text);
}

const shown = (seen) => (seen.how in NOTES ? note(seen) : message(seen));

// Acts: what people do, and what happens

function act(step) {
  const says = SAYS.exec(step.act)?.groups;
  if (!says) return element("p", { className: / presses[,:]/.test(step.act) ? "happens pressed" : "happens", textContent: step.act });
  const who = [says.who, says.place].filter(Boolean).join(" · ");
  const bubble = element("div", { className: "bubble", textContent: says.text });
  return element("div", { className: "message mine" }, element("div", { className: "caption", textContent: who }), bubble);
}

function briefly(steps) {
  const list = steps.map((step) => element("li", { textContent: step.act }));
  return element("div", { className: "briefly" }, element("b", { textContent: "Briefly" }), element("ul", {}, ...list));
}

function conversation(story) {
  crowded = new Set(story.steps.flatMap((step) => step.seen.map((seen) => seen.where))).size > 1;
  const drawn = [];
  let earlier = [];
  for (const step of [...story.steps, null]) {
    if (step?.briefly) earlier.push(step);
    else if (earlier.length) drawn.push(briefly(earlier.splice(0)));
    if (step && !step.briefly) drawn.push(act(step), ...step.seen.map(shown));
  }
  return drawn;
}

// The list of stories, and the open one

function link(story, text) {
  return element("a", { href: `#${story.name}`, textContent: text });
}

function shelve() {
  const shelf = find("#list");
  let chapter;
  for (const story of stories) {
    if (story.chapter !== chapter) shelf.append(element("h3", { textContent: story.chapter }), element("ul"));
    chapter = story.chapter;
    shelf.lastChild.append(element("li", {}, link(story, story.title)));
  }
}

function lead(id, story, text) {
  const anchor = find(id);
  anchor.hidden = !story;
  if (story) Object.assign(anchor, { href: `#${story.name}`, textContent: text(story.title) });
}

function open({ jump = true } = {}) {
  const name = decodeURIComponent(location.hash.slice(1));
  const place = Math.max(0, stories.findIndex((story) => story.name === name));
  const story = stories[place];
  document.title = `${story.title} · Readback`;
  find("#chapter").textContent = story.chapter;
  find("#title").textContent = story.title;
  find("#about").textContent = story.about;
  find("#conversation").replaceChildren(...conversation(story));
  lead("#previous", stories[place - 1], (title) => `← ${title}`);
  lead("#next", stories[place + 1], (title) => `${title} →`);
  for (const anchor of document.querySelectorAll("#list a")) {
    if (anchor.hash === `#${story.name}`) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  find("#shelf").open = WIDE.matches;
  if (WIDE.matches) find("#list a[aria-current]").scrollIntoView({ block: "nearest" });
  if (!jump) return;
  find("#story").focus({ preventScroll: true });
  scrollTo({ top: WIDE.matches ? 0 : find("#story").offsetTop - 8, behavior: "instant" });
}

stories = await (await fetch("/stories.json")).json();
shelve();
open({ jump: false });
addEventListener("hashchange", () => open());
WIDE.addEventListener("change", () => (find("#shelf").open = WIDE.matches));
document.body.dataset.ready = "";
