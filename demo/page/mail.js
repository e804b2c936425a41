// The world outside: the mail that the visitor writes, and the programs that load its image.

import { cards, named } from "./cards.js";
import { messages, post, toast } from "./chat.js";
import { element } from "./element.js";
import { pointTo } from "./views.js";

const find = (id) => document.querySelector(id);
let about; // what the server says about the visitor and the actions
let done = []; // the actions so far, oldest first
let chosen; // the address of the pixel in this mail
const buttons = new Map();
const results = new Map();

const found = () => cards(about.pixels);
const played = (key, url = chosen) => done.filter((one) => one.action === key && one.url === url);

// Only the sender loads the image before the mail is sent: a scanner and a reader have no mail to open.
function possible(key) {
  if (!chosen) return false;
  if (key === "paste") return true;
  if (key === "send") return played("paste").length > 0 && !played("send").length;
  return played("send").length > 0;
}

export function refresh() {
  const links = found();
  for (const [url, link] of links) last.set(url, link);
  drawChoice(links.has(chosen) || !chosen ? [...links.keys()] : [...links.keys(), chosen]);
  const { label, recipient } = last.get(chosen) ?? { label: "", recipient: chosen ? "" : "landlord" };
  find("#mail-to").textContent = recipient || (chosen ? "somebody" : "…");
  find("#mail-dear").textContent = recipient || "reader";
  find("#mail-subject").textContent = label || "…";
  find("#pixel").hidden = !played("paste").length;
  find("#mail-state").textContent = played("send").length ? "Sent" : played("paste").length ? "Draft saved" : "New message";
  for (const [key, button] of buttons) button.disabled = !possible(key);
  for (const node of document.querySelectorAll("[data-named]")) node.textContent = named(node.dataset.named, recipient);
  find("#unsent").hidden = played("send").length > 0;
  drawResults();
  guide();
}

const last = new Map(); // address -> how its card described it, also after the card is gone
let offered = [];
function drawChoice(urls) {
  const fresh = urls.filter((url) => !offered.includes(url));
  if (fresh.length || !chosen) chosen = fresh[0] ?? urls[0];
  offered = [...new Set([...offered, ...urls])];
  find("#which").hidden = urls.length < 2;
  const options = urls.map((url) => element("option", { value: url, textContent: last.get(url).line, selected: url === chosen }));
  find("#links").replaceChildren(...options);
}

// The requests that were really sent

function wire(request) {
  const answer = request.status ? `${request.status}, ${request.bytes} bytes` : `no answer (${request.error})`;
  const line = element("div", { title: request.user_agent }, element("b", { textContent: request.method }), ` from ${request.address} → ${answer} · ${request.user_agent}`);
  line.addEventListener("click", () => line.classList.toggle("whole"));
  return line;
}

function drawResults() {
  for (const [key, box] of results) {
    const times = played(key);
    const requests = times.at(-1)?.requests ?? [];
    box.hidden = requests.length === 0;
    const count = times.length > 1 ? element("div", { textContent: `${times.length} times; the last:` }) : null;
    box.replaceChildren(...[count, ...requests.map(wire)].filter(Boolean));
  }
  const previews = done.filter((one) => one.action === "preview").length;
  find("#preview-note").hidden = !previews;
  find("#preview-note").textContent = `Telegram's own servers loaded the image ${previews}× to draw a link preview, because a message showed the link as plain text. That is never an open.`;
}

// The chat may speak another language, so its button is called what it is called there.
let sentLabel = "✅ I’ve sent it";

const HINTS = {
  none: "Ask the bot for a link first.",
  paste: "The link is in the chat. Paste its image into this draft.",
  pasted: "The image is in your draft. The chat says whether the bot saw it. Now send the mail.",
  sent: "Sent. No pixel can know that: tap “{sent}” in the chat.",
  told: "The bot knows. Now let somebody open the mail.",
  opened: "Opened. The chat says what the bot can tell, and why.",
};

const VIEWS = { none: "chat", paste: "mail", pasted: "mail", sent: "chat", told: "mail", opened: "chat" };

function sentKey() {
  const card = found().get(chosen);
  if (!card) return null;
  const keys = [...document.querySelectorAll(`[data-id="${card.message.id}"] [data-data^="sent:"]`)];
  // A message with several links names the recipient on each button.
  return keys.find((key) => !card.isOneOfSeveral || key.textContent.endsWith(`: ${card.recipient}`));
}

function stage() {
  if (!chosen) return "none";
  if (!played("paste").length) return "paste";
  if (!played("send").length) return "pasted";
  return sentKey() ? "sent" : "told";
}

function guide() {
  const now = stage();
  const opened = about.actions.some(({ key, group }) => group === "people" && played(key).length);
  const next = { paste: "paste", pasted: "send", told: opened ? "" : "gmail" }[now];
  sentLabel = sentKey()?.textContent ?? sentLabel;
  find("#sent-label").textContent = sentLabel;
  find("#mail-hint").textContent = HINTS[now === "told" && opened ? "opened" : now].replace("{sent}", sentLabel);
  for (const [key, button] of buttons) button.classList.toggle("next", key === next);
  for (const key of document.querySelectorAll(".keys .next")) key.classList.remove("next");
  sentKey()?.classList.toggle("next", now === "sent");
  pointTo(VIEWS[now === "told" && opened ? "opened" : now]);
  const steps = [now !== "none", now === "told", now === "told" && opened];
  ["#step-track", "#step-paste", "#step-open"].forEach((id, place) => {
    find(id).classList.toggle("done", steps[place]);
    find(id).classList.toggle("now", !steps[place] && (place === 0 || steps[place - 1]));
  });
}

// The buttons

const PATIENCE = 1500; // milliseconds for the bot's message: some programs show it that the mail was sent

async function play(key) {
  try {
    const before = messages.size;
    await post("/mail/play", { action: key, url: chosen });
    await new Promise((done) => setTimeout(done, PATIENCE));
    if (["paste", "send"].includes(key) || stage() !== "sent" || messages.size !== before) return;
    toast(`The bot does not know yet that you sent it. Tap “${sentLabel}” in the chat.`);
  } catch (error) {
    toast(error.message);
  }
}

function button(action) {
  const made = element("button", { type: "button", className: "act", title: action.group === "you" ? action.hint : "" });
  made.dataset.action = action.key;
  made.dataset.named = action.label;
  made.addEventListener("click", () => play(action.key));
  buttons.set(action.key, made);
  return made;
}

function row(action) {
  const box = element("div", { className: "wire", hidden: true });
  results.set(action.key, box);
  const hint = element("p");
  hint.dataset.named = action.hint;
  return element("div", { className: "row" }, button(action), hint, box);
}

export function happened(one) {
  done.push(one);
  refresh();
}

export async function open() {
  about = await (await fetch("/mail")).json();
  done = about.log;
  for (const action of about.actions.filter((one) => one.group !== "you")) find(`#actions-${action.group}`).append(row(action));
  const mine = about.actions.filter((one) => one.group === "you");
  find("#actions-you").prepend(...mine.map(button));
  const pasted = element("div", { className: "wire mail-wire", hidden: true });
  results.set("paste", pasted);
  find("#actions-you").after(pasted);
  find("#mail-from").textContent = about.name;
  find("#links").addEventListener("change", (event) => {
    chosen = event.target.value;
    refresh();
  });
  return about;
}
