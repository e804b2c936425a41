// Puts the invisible image on the clipboard, as a mail program pastes it. The image itself is never loaded here.
"use strict";

const button = document.getElementById("copy");
const done = document.getElementById("done");
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
