// The menu of commands above the text field: typing filters it, arrows move in it, Enter chooses, Escape closes.

import { element } from "./element.js";

const find = (id) => document.querySelector(id);
const text = find("#text");
const list = find("#commands");
const LONG_ENOUGH = 3; // letters from which on a word of the description is found too

let commands = [];
let isOpened = false; // by the button
let dismissed = ""; // the text for which Escape closed it
let active = -1;

export function offer(found) {
  commands = found;
  draw();
}

const typed = () => /^\/(\S*)$/.exec(text.value)?.[1].toLowerCase();

function matches({ command, description }) {
  const piece = typed() ?? "";
  return command.startsWith(piece) || (piece.length >= LONG_ENOUGH && description.toLowerCase().includes(piece));
}

const isOpen = () => !list.hidden;
const options = () => [...list.children];

function option(command, place) {
  const made = element("li", { id: `command-${place}`, role: "option" }, element("b", { textContent: `/${command.command}` }), element("span", { textContent: command.description }));
  made.dataset.command = command.command;
  made.setAttribute("aria-selected", "false");
  made.addEventListener("click", () => choose(made));
  return made;
}

function draw() {
  const wanted = isOpened || (typed() !== undefined && text.value !== dismissed);
  const shown = wanted ? commands.filter(matches) : [];
  list.replaceChildren(...shown.map(option));
  list.hidden = !shown.length;
  find("#menu").setAttribute("aria-expanded", String(isOpen()));
  activate(-1);
}

function activate(place) {
  active = place;
  for (const [at, one] of options().entries()) one.setAttribute("aria-selected", String(at === place));
  const chosen = options()[place];
  if (chosen) text.setAttribute("aria-activedescendant", chosen.id);
  else text.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

function choose(one) {
  text.value = `/${one.dataset.command} `;
  close();
  text.focus();
}

export function close() {
  isOpened = false;
  dismissed = text.value;
  draw();
}

function move(step) {
  const many = options().length;
  activate(active < 0 && step < 0 ? many - 1 : (active + step + many) % many);
}

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => active >= 0 && choose(options()[active]),
  Escape: close,
};

// Returns true if the key was the menu's.
export function took(event) {
  if (!isOpen() || event.shiftKey || !KEYS[event.key]) return false;
  if (event.key === "Enter" && active < 0) return false;
  event.preventDefault();
  KEYS[event.key]();
  return true;
}

text.addEventListener("input", () => {
  if (text.value !== dismissed) dismissed = "";
  if (text.value && typed() === undefined) isOpened = false;
  draw();
});
find("#menu").addEventListener("click", () => {
  if (isOpen()) return close();
  [isOpened, dismissed] = [true, ""];
  if (typed() === undefined) text.value = text.value.trim() ? text.value : "";
  draw();
  // On a touch screen the keyboard would cover the list.
  if (matchMedia("(pointer: fine)").matches) text.focus();
});
