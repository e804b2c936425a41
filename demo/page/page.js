// Joins the two halves: receives changes, sends what is typed, and guides through the first steps.

import { answered, goTo, messages, post, remove, show, toast, wordsOf } from "./chat.js";
import { close, offer, took } from "./commands.js";
import { element } from "./element.js";
import { happened, open, refresh } from "./mail.js";
import { arrived, changed, see } from "./views.js";

const find = (id) => document.querySelector(id);
const text = find("#text");
const FIRST = "/track contract to landlord";
const RETRY_AFTER = 2000; // milliseconds, when the demo does not answer
let me; // the visitor's id; it is also the id of their chat with the bot
let replyTo = null;
let editing = null;

const actions = { reply: startReply, edit: startEdit };

// Writing

async function say(words) {
  if (!words.trim()) return;
  const reply = replyTo?.id;
  const changed = editing?.id;
  stopReply();
  try {
    if (changed) await post("/client/edit", { user: me, message_id: changed, text: words });
    else await post("/client/say", { user: me, text: words, reply_to: reply });
  } catch (error) {
    toast(error.message);
  }
}

function bar(words) {
  find("#replying").hidden = !words;
  find("#replying span").textContent = words;
}

function startReply(message, placeholder) {
  replyTo = message;
  bar(`Reply to ${message.from.name}: ${message.text.split("\n")[0].slice(0, 60)}`);
  text.placeholder = placeholder ?? "Message";
  text.focus();
}

function startEdit(message) {
  editing = message;
  bar("Edit message");
  text.value = message.text;
  text.focus();
}

function stopReply() {
  replyTo = editing = null;
  text.placeholder = "Message";
  bar("");
}

function submit() {
  const words = text.value;
  text.value = "";
  close();
  grow();
  say(words);
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

async function typeFirst() {
  see("chat");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  text.focus({ preventScroll: innerWidth > 900 });
  for (let end = calm ? FIRST.length : 1; end <= FIRST.length; end += 1) {
    text.value = FIRST.slice(0, end);
    await new Promise((done) => setTimeout(done, 18));
  }
  submit();
}

// The welcome, and what the bot says of itself

function welcome() {
  const empty = messages.size === 0;
  if (!empty) find(".welcome")?.remove();
  if (!empty || find(".welcome")) return;
  const start = element("button", { type: "button", textContent: "Start" });
  start.addEventListener("click", () => say("/start"));
  const about = element("span", { id: "about" });
  find("#messages").append(element("div", { className: "welcome" }, element("strong", { textContent: "What can this bot do?" }), about, element("br"), start));
}

async function describeBot() {
  const answer = await fetch(`/client/bot?language=${encodeURIComponent(language())}`);
  const bot = await answer.json();
  if (find("#about")) find("#about").textContent = bot.description || "It tells you when your mail was opened.";
  offer(bot.commands);
}

const language = () => navigator.language.split("-")[0];

async function block() {
  const blocked = find("#block").textContent === "Unblock";
  await post(`/client/${blocked ? "unblock" : "block"}`, { user: me });
  find("#block").textContent = blocked ? "Block" : "Unblock";
  find("#bot-state").textContent = blocked ? "bot" : "blocked by you";
}

// Changes, as they arrive

const ON_CHANGE = {
  message(change) {
    const fresh = !messages.has(change.message.id);
    show(change.message, actions);
    if (fresh && change.message.from.bot) arrived(change.message, wordsOf(change.message), goTo);
    else changed();
    const asked = change.message.force_reply;
    if (fresh && asked) startReply(change.message, asked.input_field_placeholder);
    welcome();
    refresh();
  },
  deleted(change) {
    remove(change.message_id);
    refresh();
  },
  answer: answered,
  commands: describeBot,
  mail: (change) => happened(change.done),
};

async function listen(since) {
  let seq = since;
  for (;;) {
    try {
      const answer = await fetch(`/client/changes?since=${seq}&timeout=25`);
      const heard = await answer.json();
      seq = heard.seq;
      for (const change of heard.changes) if (!change.chat || change.chat === me) ON_CHANGE[change.kind]?.(change);
      find("#bot-state").classList.remove("gone");
    } catch {
      toast("The demo does not answer. Is it still running?");
      await new Promise((done) => setTimeout(done, RETRY_AFTER));
    }
  }
}

async function begin() {
  me = (await open()).user;
  await post("/client/language", { user: me, language: language() });
  const past = await (await fetch(`/client/chats/${me}/messages`)).json();
  for (const message of past.messages) show(message, actions, { live: false });
  welcome();
  await describeBot();
  refresh();
  document.body.dataset.ready = "yes";
  listen(past.seq);
}

find("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("keydown", (event) => {
  if (took(event)) return;
  if (event.key === "Escape") stopReply();
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  }
});
text.addEventListener("input", grow);
find("#type-it").addEventListener("click", typeFirst);
find("#replying button").addEventListener("click", stopReply);
find("#block").addEventListener("click", block);
find("#messages").addEventListener("click", (event) => {
  if (event.target.matches(".bot_command")) say(event.target.textContent);
});
begin();
