// What a browser that was never here loads for each page, over the wire: HTML, stylesheet, icons, code. The table is page-weights.json, in
// kB (1,000 bytes), and in it what every page with code loads first, and all chunks together. A page that outgrows it is made lighter, or the table is changed with a reason.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";
import { startCall } from "../calls.ts";
import { expect, person, signUp, test } from "../fixtures.ts";
import { rep } from "../media.ts";
import { speak } from "../program.ts";

const TABLE: Record<string, number> = JSON.parse(readFileSync(join(import.meta.dirname, "../page-weights.json"), "utf8"));

/** Bytes over the wire until the page is quiet, by address. */
async function load(context: BrowserContext, address: string): Promise<Map<string, number>> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setCacheDisabled", { cacheDisabled: true });
  const urls = new Map<string, string>();
  const bytes = new Map<string, number>();
  network.on("Network.responseReceived", ({ requestId, response }) => {
    // Sound is what a page plays, and how much of it a player reads ahead is the browser's choice.
    if (!response.mimeType.startsWith("audio/")) urls.set(requestId, response.url);
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId);
    // What is both preloaded and loaded comes twice only because there is no cache here.
    if (url) bytes.set(url, Math.max(bytes.get(url) ?? 0, encodedDataLength));
  });
  await page.goto(address);
  const code = page.locator("head script[type='module']");
  if (await code.count()) await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
  await page.waitForTimeout(500);
  await page.close();
  return bytes;
}

test("no page weighs more than the table says", async ({ launch }) => {
  test.skip(!process.env.CLOSEZLY_WEIGHTS, "a development build weighs nothing that anybody loads");
  const context = await launch({ microphone: rep });
  const page = await context.newPage();
  const pages = Object.keys(TABLE).filter((path) => path.startsWith("/"));
  const publicPages = pages.filter((path) => TABLE[path]! <= 40);
  const weights = new Map<string, number>();
  const kilobytes = (sizes: Map<string, number>) => [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1000;
  for (const path of publicPages) weights.set(path, kilobytes(await load(context, path)));

  await page.goto("/");
  await signUp(page, person());
  const ended = await speak(page, { title: "Ended" });
  await page.goto("/knowledge");
  await page.getByRole("button", { name: "Add the sample file" }).click();
  const document = (await page.getByRole("link", { name: /Northwind/ }).first().getAttribute("href"))!.split("/").at(-1)!;
  const call = await startCall(page, { recognizer: /No recognizer/ });
  const code = new Map<string, number>();
  for (const path of pages.filter((path) => !publicPages.includes(path))) {
    const sizes = await load(context, path.replace("{call}", call).replace("{ended}", ended).replace("{document}", document));
    weights.set(path, kilobytes(sizes));
    for (const [url, size] of sizes) if (url.includes("/pkg/")) code.set(new URL(url).pathname, size);
  }
  const of = (part: RegExp) => kilobytes(new Map([...code].filter(([path]) => part.test(path))));
  weights.set("main module", of(/\/closezly/));
  weights.set("all code", of(/./));
  console.log("page weights (kB of what goes over the wire; table):");
  for (const [path, weight] of weights) console.log(`  ${path}  ${weight.toFixed(1)}  (${TABLE[path]})`);
  for (const [path, weight] of weights) expect.soft(weight, path).toBeLessThanOrEqual(TABLE[path]!);
});
