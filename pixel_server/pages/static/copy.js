// Puts the invisible image on the clipboard in a form that mail programs paste, and shows how far the mail is.
// The image itself is never loaded here. Without this script, the page can still be read and Sent pressed.
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

// Pages without https have no clipboard API, but the copy command may still work.
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
