// The links that the chat's cards show: each with its label and its recipient.

import { messages } from "./chat.js";

// Returns the newest message that shows each address of a pixel, and what it says of that link.
export function cards(pixels) {
  const found = new Map();
  for (const message of [...messages.values()].reverse()) {
    if (!message.from.bot) continue;
    const raw = message.entities.filter((e) => e.type === "code" || e.type === "pre");
    for (const entity of raw) {
      const isOneOfSeveral = raw.length > 1;
      const url = message.text.slice(entity.offset, entity.offset + entity.length).trim();
      if (url.startsWith(pixels) && !found.has(url)) found.set(url, { message, isOneOfSeveral, ...described(message, entity.offset) });
    }
  }
  return found;
}

// One message can show several links: the one that an address belongs to is named above it.
function described(message, offset) {
  const above = message.text.slice(0, offset).split("\n");
  const place = above.findLastIndex((words) => words.includes("→"));
  const line = place < 0 ? message.text.split("\n")[0] : above[place];
  const start = above.slice(0, Math.max(place, 0)).reduce((sum, words) => sum + words.length + 1, 0);
  const bold = message.entities.find((e) => e.type === "bold" && e.offset >= start && e.offset < start + line.length);
  const label = bold ? message.text.slice(bold.offset, bold.offset + bold.length) : line;
  const recipient = /→\s*([^,(#·•|]+)/.exec(line)?.[1].trim() ?? "";
  return { line: line.split(" · ").slice(0, 2).join(" · "), label: label.split("→")[0].trim(), recipient };
}

const SAID_SO = /^(the|my|our|his|her|their|a|an)\s/i;

// A recipient as a sentence names them: "the landlord", and "Ben".
export function whom(recipient) {
  if (!recipient) return "the recipient";
  const isName = recipient.includes("@") || SAID_SO.test(recipient) || recipient[0] !== recipient[0].toLowerCase();
  return isName ? recipient : `the ${recipient}`;
}

export function named(sentence, recipient) {
  const one = whom(recipient);
  const said = /,|&|\band\b/.test(recipient) ? sentence.replace("{Who} opens", "{Who} open") : sentence;
  return said.replaceAll("{Who}", recipient.includes("@") ? one : one[0].toUpperCase() + one.slice(1)).replaceAll("{who}", one);
}
