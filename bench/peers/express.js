// Express and better-sqlite3: an open is committed before its answer, like ours.
// node express.js PORT DATABASE. PACKAGES names the folder in which both packages are installed, LINKS says how
// many links to make, and TOKEN is the SQL of the token of link i.
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
  CREATE TABLE link (id INTEGER PRIMARY KEY, token TEXT UNIQUE, fetches INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE fetch (
    id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL,
    user_agent TEXT NOT NULL, UNIQUE (link_id, seq));
  WITH RECURSIVE number(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i + 1 < ${process.env.LINKS})
  INSERT INTO link (token) SELECT ${process.env.TOKEN} FROM number;
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
