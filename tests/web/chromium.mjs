// A page in headless Chromium, of an origin that the edge allows and of one that it does not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const [, , bundle, allowedPort, otherPort] = process.argv;
const options = { url: process.env.ENTENTE_HTTP, token: process.env.ENTENTE_TOKEN_VENDOR };
const script = readFileSync(bundle);
const server = (port) => new Promise((resolve) => {
  const made = createServer((request, answer) => {
    const wanted = request.url === "/page.js";
    answer.writeHead(200, { "content-type": wanted ? "text/javascript" : "text/html; charset=utf-8" });
    answer.end(wanted ? script : "<!doctype html><title>page</title><script type=module src=/page.js></script>");
  });
  made.listen(Number(port), "127.0.0.1", () => resolve(made));
});

const servers = [await server(allowedPort), await server(otherPort)];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const open = async (port) => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => document.title === "ready");
  };
  await open(allowedPort);
  console.log((await page.evaluate((given) => window.everywhere(given), options)).join("\n"));
  const path = "/entente.onboard.v1.PartnershipService/GetPartnership";
  assert.equal(await page.evaluate((url) => window.tryFetch(url), options.url + path), "status 401");
  await page.evaluate((given) => window.stay(given), options);
  await open(otherPort);
  assert.equal(await page.evaluate((url) => window.tryFetch(url), options.url + path), "TypeError");
} finally {
  await browser.close();
  for (const made of servers) made.close();
}
