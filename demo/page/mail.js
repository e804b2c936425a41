// The world outside: the mail that the visitor writes, and the programs that load its image.

import { messages, post, toast } from "./chat.js";
import { element } from "./element.js";

const find = (id) => document.querySelector(id);
let about; // what the server says about the visitor and the actions
let done = []; // the actions so far, oldest first
let chosen; // the address of the pixel in this mail
const buttons = new Map();
const results = new Map();

// The pixels that the chat's cards show

function cards() {
  const found = new Map();
  for (const message of [...messages.values()].reverse()) {
    if (!message.from.bot) continue;
    const raw = message.entities.filter((e) => e.type === "code" || e.type === "pre");
    for (const entity of raw) {
      const url = message.text.slice(entity.offset, entity.offset + entity.length).trim();
      if (url.startsWith(about.pixels) && !found.has(url)) found.set(url, message);
    }
  }
  return found;
}

function described(message) {
  const line = message.text.split("\n").find((words) => words.includes("→")) ?? message.text.split("\n")[0];
  const bold = message.entities.find((e) => e.type === "bold");
  const label = bold ? message.text.slice(bold.offset, bold.offset + bold.length) : line;
  const recipient = /→\s*([^,(#·•|]+)/.exec(line)?.[1].trim() ?? "";
  return { line, label: label.split("→")[0].trim(), recipient };
}

const played = (key, url = chosen) => done.filter((one) => one.action === key && one.url === url);

function possible(key) {
  if (!chosen) return false;
  if (key === "paste") return true;
  return played("paste").length > 0 && (key !== "send" || !played("send").length);
}

export function refresh() {
  const found = cards();
  if (chosen && !found.has(chosen)) found.set(chosen, null);
  drawChoice(found);
  const { label, recipient } = describedChoice(found);
  find("#mail-to").textContent = recipient || (chosen ? "somebody" : "…");
  find("#mail-dear").textContent = recipient || "landlord";
  find("#mail-subject").textContent = label || "…";
  find("#pixel").hidden = !played("paste").length;
  find("#mail-state").textContent = played("send").length ? "Sent" : played("paste").length ? "Draft saved" : "New message";
  for (const [key, button] of buttons) button.disabled = !possible(key);
  drawResults();
  guide();
}

const last = new Map(); // address -> how its card described it
function describedChoice(found) {
  const message = found.get(chosen);
  if (message) last.set(chosen, described(message));
  return last.get(chosen) ?? { label: "", recipient: "" };
}

let offered = [];
function drawChoice(found) {
  const urls = [...found.keys()];
  const fresh = urls.filter((url) => !offered.includes(url));
  if (fresh.length || !chosen) chosen = fresh[0] ?? urls[0];
  offered = [...new Set([...offered, ...urls])];
  find("#which").hidden = urls.length < 2;
  const options = urls.map((url) => {
    const words = found.get(url) ? described(found.get(url)).line : last.get(url)?.label;
    return element("option", { value: url, textContent: words, selected: url === chosen });
  });
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

const HINTS = {
  none: "Ask the bot for a link first.",
  paste: "The link is in the chat. Paste its image into this draft.",
  pasted: "The image is in your draft. The chat says whether the bot saw it. Now send the mail.",
  sent: "Sent. No pixel can know that: tap “✅ I’ve sent it” in the chat.",
  told: "The bot knows. Now let somebody open the mail.",
  opened: "Opened. The chat says what the bot can tell, and why.",
};

function sentKey() {
  const card = cards().get(chosen);
  return card && document.querySelector(`[data-id="${card.id}"] [data-data^="sent:"]`);
}

function stage() {
  if (!chosen) return "none";
  if (!played("paste").length) return "paste";
  if (!played("send").length) return "pasted";
  return sentKey() ? "sent" : "told";
}

function guide() {
  const now = stage();
  const opened = ["gmail", "outlook"].some((key) => played(key).length);
  const next = { paste: "paste", pasted: "send", told: opened ? "" : "gmail" }[now];
  find("#mail-hint").textContent = HINTS[now === "told" && opened ? "opened" : now];
  for (const [key, button] of buttons) button.classList.toggle("next", key === next);
  sentKey()?.classList.toggle("next", now === "sent");
  const steps = [now !== "none", now === "told", now === "told" && opened];
  ["#step-track", "#step-paste", "#step-open"].forEach((id, place) => {
    find(id).classList.toggle("done", steps[place]);
    find(id).classList.toggle("now", !steps[place] && (place === 0 || steps[place - 1]));
  });
}

// The buttons

async function play(key) {
  try {
    await post("/mail/play", { action: key, url: chosen });
  } catch (error) {
    toast(error.message);
  }
}

function button(action) {
  const made = element("button", { type: "button", className: "act", textContent: action.label, title: action.hint });
  made.dataset.action = action.key;
  made.addEventListener("click", () => play(action.key));
  buttons.set(action.key, made);
  return made;
}

function row(action) {
  const box = element("div", { className: "wire", hidden: true });
  results.set(action.key, box);
  return element("div", { className: "row" }, button(action), element("p", { textContent: action.hint }), box);
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
