// The chat: it draws messages as Telegram does, and edits them in place.

import { element } from "./element.js";

const log = document.querySelector("#messages");
const nodes = new Map();
const waiting = new Map(); // query id -> the button that waits for its answer
const early = new Set(); // queries that were answered before their id was known here
const ANSWER_TIMEOUT = 15000; // milliseconds after which an unanswered button stops waiting

export const messages = new Map();

export async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error);
  return result;
}

// Times: each reader sees them in their own time zone, as in Telegram

const PARTS = {
  t: { hour: "numeric", minute: "2-digit" },
  T: { hour: "numeric", minute: "2-digit", second: "2-digit" },
  d: { day: "numeric", month: "numeric", year: "2-digit" },
  D: { day: "numeric", month: "long", year: "numeric" },
  w: { weekday: "long" },
  W: { weekday: "long" },
};
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

export function localTime(unix, format) {
  if (/^r$/i.test(format)) return relative(unix - Date.now() / 1000);
  const parts = Object.assign({}, ...[...format].map((letter) => PARTS[letter] ?? {}));
  return new Intl.DateTimeFormat(undefined, parts).format(unix * 1000);
}

function localiseTimes(root) {
  for (const time of root.querySelectorAll("time[data-format]")) {
    if (!time.dataset.format) continue; // without a format the text stays as it is
    time.title = time.textContent;
    time.textContent = localTime(Number(time.dataset.unix), time.dataset.format);
  }
}

// One message

function quote(message) {
  const original = messages.get(message.reply_to);
  if (!message.reply_to) return null;
  const words = element("span", { textContent: (original ? wordsOf(original) : "Deleted message").split("\n")[0] });
  const box = element("button", { type: "button", className: "quote" }, element("b", { textContent: original?.from.name ?? "" }), words);
  box.addEventListener("click", () => goTo(message.reply_to));
  return box;
}

// The text of a message with the times as they are shown.
export function wordsOf(message) {
  return nodes.get(message.id)?.querySelector(".words")?.textContent ?? message.text;
}

export function goTo(id) {
  const node = nodes.get(id);
  node?.scrollIntoView({ block: "center" });
  node?.focus({ preventScroll: true });
}

function attachment(file) {
  if (!file) return null;
  const href = `/client/files/${encodeURIComponent(file.id)}`;
  if (file.kind === "photo") return element("img", { src: href, alt: "picture", onload: toEnd });
  return element("a", { className: "document", href, download: file.name, textContent: file.name });
}

function meta(message) {
  const clock = localTime(message.date, "t");
  const silent = message.silent && element("span", { className: "mark-silent", title: "sent without sound", textContent: "🔕 " });
  return element("span", { className: "meta" }, silent, `${message.edited ? "edited " : ""}${clock}`);
}

function foot(message) {
  if (!message.reactions.length) return meta(message);
  const pills = message.reactions.map((emoji) => element("span", { textContent: emoji }));
  return element("div", { className: "foot" }, element("div", { className: "reactions" }, ...pills), meta(message));
}

function key(message, button) {
  if (button.url) {
    return element("a", { href: button.url, target: "_blank", rel: "noopener noreferrer", textContent: button.text }, element("span", { className: "corner", textContent: "↗\uFE0E" }));
  }
  const made = element("button", { type: "button", textContent: button.text });
  made.dataset.data = button.callback_data ?? "";
  if (button.copy_text) {
    made.append(element("span", { className: "corner copies" }));
    made.addEventListener("click", () => copy(button.copy_text.text));
  } else {
    made.addEventListener("click", () => press(message, button, made));
  }
  return made;
}

async function press(message, button, node) {
  node.classList.add("waiting");
  try {
    const { query } = await post("/client/press", { user: message.chat, message_id: message.id, data: button.callback_data });
    if (early.delete(query)) return node.classList.remove("waiting");
    waiting.set(query, node);
    setTimeout(() => node.classList.remove("waiting"), ANSWER_TIMEOUT);
  } catch (error) {
    node.classList.remove("waiting");
    toast(error.message);
  }
}

export function answered(change) {
  if (waiting.has(change.query)) waiting.get(change.query).classList.remove("waiting");
  else early.add(change.query);
  waiting.delete(change.query);
  if (change.text && change.alert) popup(change.text);
  else if (change.text) toast(change.text);
}

function tools(message, actions) {
  const mine = !message.from.bot;
  const reply = element("button", { type: "button", textContent: "↩ reply" });
  reply.addEventListener("click", () => actions.reply(message));
  const edit = mine && element("button", { type: "button", textContent: "✎ edit" });
  if (edit) edit.addEventListener("click", () => actions.edit(message));
  return element("div", { className: "tools" }, reply, edit);
}

function draw(message, actions) {
  if (message.service) return element("div", { className: "service", textContent: message.service.replaceAll("_", " ") });
  const words = element("span", { className: "words", innerHTML: message.html }); // the server escapes it
  localiseTimes(words);
  const bubble = element("div", { className: "bubble" }, quote(message), attachment(message.file), words, foot(message));
  const rows = message.buttons.map((row) => element("div", {}, ...row.map((button) => key(message, button))));
  const keys = rows.length > 0 && element("div", { className: "keys" }, ...rows);
  return element("article", { className: message.from.bot ? "message" : "message mine" }, bubble, keys, tools(message, actions));
}

export function show(message, actions, { live = true } = {}) {
  const old = nodes.get(message.id);
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  messages.set(message.id, message);
  const node = draw(message, actions);
  node.dataset.id = message.id;
  node.tabIndex = -1;
  nodes.set(message.id, node);
  if (old) old.replaceWith(node);
  else log.append(node);
  if (live && message.from.bot) node.classList.add(old ? "changed" : message.silent ? "quiet-one" : "loud");
  if (!old || near) toEnd();
}

const toEnd = () => log.scrollTo({ top: log.scrollHeight, behavior: "instant" });

export function remove(id) {
  nodes.get(id)?.remove();
  nodes.delete(id);
  messages.delete(id);
}

// Clipboard, toast and popup

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied to clipboard.");
  } catch {
    popup(text); // without permission: show it, so that it can be copied by hand
  }
}

let hiding;
export function toast(text) {
  const box = document.querySelector("#toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 3500);
}

export function popup(text) {
  const box = document.querySelector("#popup");
  box.querySelector("p").textContent = text;
  if (!box.open) box.showModal();
}

log.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches("code, pre")) copy(target.textContent);
  if (target.matches(".spoiler, .expandable_blockquote")) target.classList.toggle("shown");
});
