// Puts the invisible image on the clipboard in a form that mail programs paste, and shows how far the mail is.
// The image itself is never loaded here. Without this script, the page can still be read and Sent pressed.
"use strict";

const main = document.querySelector("main");
const stage = document.getElementById("stage");
const button = document.getElementById("copy");
const done = document.getElementById("done");
const form = document.getElementById("sent");
const { image, url } = button.dataset;

async function copyWithApi(kinds) {
  const blobs = Object.entries(kinds).map(([type, text]) => [type, new Blob([text], { type })]);
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}

// Pages without https have no clipboard API, but the copy command may still work.
function copyWithCommand(kinds) {
  const fill = (event) => {
    for (const [type, text] of Object.entries(kinds)) event.clipboardData.setData(type, text);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", fill);
  if (!copied) throw new Error("copying is not allowed");
}

const copy = (kinds) => copyWithApi(kinds).catch(() => copyWithCommand(kinds));

button.addEventListener("click", async () => {
  try {
    await copy({ "text/html": image, "text/plain": url });
    done.textContent = done.dataset.done;
  } catch {
    done.textContent = done.dataset.failed;
    document.getElementById("html").select();
  }
});
for (const field of document.querySelectorAll("textarea")) field.addEventListener("focus", () => field.select());
button.hidden = false;

// Hands this page over to a computer: a phone has its own list of ways to share, or else the address is copied.
const handOver = document.getElementById("hand-over");
const handed = document.getElementById("handed");
const { page } = handOver.dataset;

async function copyPage() {
  try {
    await copy({ "text/plain": page });
    handed.textContent = handed.dataset.done;
  } catch {
    handed.textContent = handed.dataset.failed;
  }
}

if (!navigator.share) handOver.textContent = handOver.dataset.copy;
// A refusal is somebody who closed the list again.
handOver.addEventListener("click", () => (navigator.share ? navigator.share({ title: document.title, url: page }).catch(() => {}) : copyPage()));
handOver.hidden = false;

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
  // The browser reconnects a lost stream by itself. A refused one is tried again, but not soon.
  events.onerror = () => events.readyState === EventSource.CLOSED && setTimeout(listen, 30000);
}
if (going()) listen();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    // The answer redirects to this page. That it is a redirect is all we need to know.
    const answer = await fetch(form.action, { method: "POST", redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error("not taken");
    show("sent");
    stage.focus();
  } catch {
    form.submit();
  }
});
