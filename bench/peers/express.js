// Express and better-sqlite3: an open is committed before its answer, like ours.
// node express.js PORT DATABASE, with PACKAGES naming the folder in which both packages are installed.
"use strict";

const { createRequire } = require("node:module");
const packages = createRequire(process.env.PACKAGES + "/");
const express = packages("express");
const Database = packages("better-sqlite3");

const [port, file] = process.argv.slice(2);
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==", "base64");
const HEADERS = {
  "Content-Type": "image/gif",
  "Content-Length": String(GIF.length),
  "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate, private",
  Pragma: "no-cache",
  Expires: "0",
};

const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(`
  CREATE TABLE IF NOT EXISTS link (id INTEGER PRIMARY KEY, token TEXT UNIQUE, fetches INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS fetch (
    id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL,
    user_agent TEXT NOT NULL, UNIQUE (link_id, seq));
  INSERT OR IGNORE INTO link (token) VALUES ('contract-to-a-landlord');
`);
const find = database.prepare("SELECT id, fetches FROM link WHERE token = ?");
const count = database.prepare("UPDATE link SET fetches = fetches + 1 WHERE id = ?");
const insert = database.prepare("INSERT INTO fetch (link_id, seq, at, user_agent) VALUES (?, ?, ?, ?)");

const store = database.transaction((token, userAgent) => {
  const link = find.get(token);
  if (!link) return;
  count.run(link.id);
  insert.run(link.id, link.fetches + 1, new Date().toISOString(), userAgent);
});

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/i/:token.gif", (request, response) => {
  store.immediate(request.params.token, request.get("user-agent") || "");
  response.writeHead(200, HEADERS).end(GIF);
});
app.listen(Number(port), "127.0.0.1");
