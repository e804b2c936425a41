// On a phone, the chat and the mail programs are two views. What arrives in the other one is announced here.

const find = (id) => document.querySelector(id);
const narrow = matchMedia("(max-width: 900px)");
const banner = find("#banner");

let nextIn;

const isShown = (view) => !narrow.matches || document.body.dataset.view === view;

export function see(view) {
  document.body.dataset.view = view;
  for (const name of ["chat", "mail"]) {
    const tab = find(`#see-${name}`);
    if (name === view) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  find(`#see-${view}`).classList.remove("news");
  if (view === "chat") banner.hidden = true;
  pointTo(nextIn);
}

// A message that changed: its view gets a dot.
export function changed() {
  if (!isShown("chat")) find("#see-chat").classList.add("news");
}

// A new message: a toast tells it, and leads to it.
export function arrived(message, words, show) {
  if (isShown("chat")) return;
  changed();
  banner.querySelector("b").textContent = message.from.name;
  banner.querySelector("span").textContent = words.split("\n").filter(Boolean).slice(0, 2).join(" ");
  banner.hidden = false;
  banner.querySelector("#banner-open").onclick = () => {
    see("chat");
    show(message.id);
  };
}

// What to do next may be in the other view.
export function pointTo(view) {
  nextIn = view;
  for (const name of ["chat", "mail"]) find(`#see-${name}`).classList.toggle("next", name === view && !isShown(name));
}

for (const name of ["chat", "mail"]) find(`#see-${name}`).addEventListener("click", () => see(name));
find("#banner-close").addEventListener("click", () => {
  banner.hidden = true;
});
see("chat");
