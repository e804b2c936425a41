// Puts the invisible image on the clipboard, as a mail program pastes it, and follows what is seen of it.
// The image itself is never loaded here. Without this script the page can be read and Sent can be said.
"use strict";

const main = document.querySelector("main");
const stage = document.getElementById("stage");
const button = document.getElementById("copy");
const done = document.getElementById("done");
const form = document.getElementById("sent");
const { image, url } = button.dataset;

async function copyWithApi() {
  const kinds = {
    "text/html": new Blob([image], { type: "text/html" }),
    "text/plain": new Blob([url], { type: "text/plain" }),
  };
  await navigator.clipboard.write([new ClipboardItem(kinds)]);
}

// Pages without https have no clipboard API, but may still answer a copy command.
function copyWithCommand() {
  const fill = (event) => {
    event.clipboardData.setData("text/html", image);
    event.clipboardData.setData("text/plain", url);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", fill);
  if (!copied) throw new Error("copying is not allowed");
}

button.addEventListener("click", async () => {
  try {
    await copyWithApi().catch(copyWithCommand);
    done.textContent = done.dataset.done;
  } catch {
    done.textContent = done.dataset.failed;
    document.getElementById("html").select();
  }
});
for (const field of document.querySelectorAll("textarea")) field.addEventListener("focus", () => field.select());
button.hidden = false;

const going = () => ["waiting", "draft"].includes(main.dataset.stage);

function show(at) {
  if (at === main.dataset.stage) return;
  main.dataset.stage = at;
  document.title = stage.textContent = stage.dataset[at];
}

function listen() {
  const events = new EventSource(`${location.pathname}/live`);
  events.onmessage = ({ data }) => {
    show(data);
    if (!going()) events.close();
  };
  // A lost connection comes back by itself; one that was refused is asked for again, but not soon.
  events.onerror = () => events.readyState === EventSource.CLOSED && setTimeout(listen, 30000);
}
if (going()) listen();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    // The answer leads back to this page: where it would lead is all there is to know.
    const answer = await fetch(form.action, { method: "POST", redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error("not taken");
    show("sent");
    stage.focus();
  } catch {
    form.submit();
  }
});
