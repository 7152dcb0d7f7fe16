// Pictures of every page and state at three widths, light and dark: cargo xtask screenshots
//
// A screen is a name, who looks at it and how one gets there. The pictures are looked at before a page is called done.
import type { Page } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, person, register, signUp, test } from "./fixtures.ts";
import { speak } from "./program.ts";
import type { Server } from "./server.ts";

interface Screen {
  name: string;
  /** A person who is signed in, or anybody. */
  who: "anybody" | "member";
  open: (page: Page, server: Server) => Promise<void>;
  /** Puts things back. */
  close?: (server: Server) => Promise<void>;
}

const screens: Screen[] = [
  { name: "sign-in", who: "anybody", open: (page) => visit(page, "/sign-in") },
  {
    name: "sign-in-refused",
    who: "anybody",
    open: async (page) => {
      await visit(page, "/sign-in");
      await page.getByLabel("Email").fill("nobody@example.com");
      await page.getByLabel("Password", { exact: true }).fill("not the passphrase");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert").first()).toBeVisible();
    },
  },
  { name: "sign-up", who: "anybody", open: (page) => visit(page, "/sign-up") },
  {
    name: "sign-up-refused",
    who: "anybody",
    open: async (page) => {
      await visit(page, "/sign-up");
      await page.getByLabel("Your name").fill("Ada Byron");
      await page.getByLabel("Email").fill("ada at example");
      await page.getByLabel("Password", { exact: true }).fill("short");
      await page.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
      await page.getByRole("button", { name: "Sign up" }).click();
      await page.waitForTimeout(500);
    },
  },
  { name: "sign-up-confirm", who: "anybody", open: (page) => visit(page, "/sign-up/confirm?token=none") },
  { name: "forgot-password", who: "anybody", open: (page) => visit(page, "/forgot-password") },
  { name: "reset-password", who: "anybody", open: (page) => visit(page, "/reset-password?token=none") },
  { name: "home-first", who: "member", open: (page) => visit(page, "/") },
  { name: "calls-empty", who: "member", open: (page) => visit(page, "/calls") },
  { name: "prepare", who: "member", open: (page) => visit(page, "/calls/new") },
  {
    name: "prepare-refused",
    who: "member",
    open: async (page) => {
      await visit(page, "/calls/new");
      await page.getByRole("button", { name: "Start the call" }).click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "live",
    who: "member",
    open: async (page) => {
      await visit(page, "/calls");
      const call = await speak(await another(page), { title: "Brightpath, first talk", end: false });
      await visit(page, `/calls/${call}/live`);
      await page.getByText("talk to our finance lead").first().waitFor();
    },
  },
  {
    name: "live-lost",
    who: "member",
    open: async (page, server) => {
      await server.kill9();
      await expect(page.getByText(/Connection lost|not connected|waiting/i).first()).toBeVisible();
    },
    close: (server) => server.restart(),
  },
  {
    name: "live-sample",
    who: "member",
    open: async (page) => {
      // Wide: on a phone the cards are behind a tab.
      await page.setViewportSize({ width: 1440, height: 900 });
      await visit(page, "/calls/new");
      await page.getByRole("button", { name: "Play the sample call" }).click();
      await page.getByRole("region", { name: "Now" }).locator("[data-cue]").first().waitFor({ timeout: 90_000 });
    },
  },
  {
    name: "review",
    who: "member",
    open: async (page) => {
      await visit(page, "/calls");
      const call = await speak(page, { title: "Brightpath, pricing", sound: true });
      await visit(page, `/calls/${call}`);
    },
  },
  {
    name: "review-empty",
    who: "member",
    open: async (page) => {
      await visit(page, "/calls");
      const call = await speak(page, { title: "Nobody came", lines: [["rep", "hello", 0]] });
      await visit(page, `/calls/${call}`);
    },
  },
  { name: "calls", who: "member", open: (page) => visit(page, "/calls") },
  { name: "calls-found", who: "member", open: (page) => visit(page, "/calls?search=expensive") },
  { name: "calls-nothing-found", who: "member", open: (page) => visit(page, "/calls?search=zebra") },
  { name: "home", who: "member", open: (page) => visit(page, "/") },
  { name: "knowledge-empty", who: "member", open: (page) => visit(page, "/knowledge") },
  {
    name: "knowledge",
    who: "member",
    open: async (page) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole("button", { name: "Add the sample file" }).click();
      await page.getByRole("link", { name: "What does the Team plan cost?" }).waitFor({ timeout: 60_000 });
      const text = (name: string, content: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
      const security = "# Security\n\nAll data is encrypted at rest. We hold ISO 27001.\n\n## Access\n\nSign-in needs a second factor.";
      await page.locator("#knowledge-files").setInputFiles([text("Security whitepaper.md", security), text("broken.pdf", "This is no PDF.")]);
      await page.getByText("2 files added").first().waitFor({ timeout: 60_000 });
      await page.getByText("Failed", { exact: true }).locator("visible=true").first().waitFor({ timeout: 60_000 });
      await visit(page, "/knowledge");
    },
  },
  { name: "knowledge-answer", who: "member", open: (page) => visit(page, "/knowledge?q=What+does+the+Team+plan+cost%3F&tag=sample") },
  { name: "knowledge-no-answer", who: "member", open: (page) => visit(page, "/knowledge?q=Which+zebra+won+the+marathon+of+1931%3F") },
  {
    name: "knowledge-document",
    who: "member",
    open: async (page) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await visit(page, "/knowledge?q=What+does+the+Team+plan+cost%3F&tag=sample");
      await page.getByRole("link", { name: /Plans and prices/ }).first().click();
      await page.locator("mark").first().waitFor();
    },
  },
  {
    name: "knowledge-failed",
    who: "member",
    open: async (page) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await visit(page, "/knowledge");
      await page.getByRole("link", { name: "broken", exact: true }).first().click();
      await page.getByRole("button", { name: /Try again|Read it again|Retry/ }).first().waitFor();
    },
  },
  { name: "settings", who: "member", open: (page) => visit(page, "/settings") },
  { name: "settings-security", who: "member", open: (page) => visit(page, "/settings/security") },
  { name: "settings-organization", who: "member", open: (page) => visit(page, "/settings/organization") },
  { name: "settings-tokens", who: "member", open: (page) => visit(page, "/settings/tokens") },
  { name: "api-docs", who: "member", open: (page) => visit(page, "/api/docs") },
  { name: "not-found", who: "member", open: (page) => visit(page, "/no-such-page") },
  { name: "components", who: "anybody", open: (page) => visit(page, "/dev/components") },
];

/** Pages with something that sticks to the window: they are taken as a person sees them. */
const inTheWindow = new Set(["api-docs", "prepare", "prepare-refused", "live", "live-lost", "live-sample", "knowledge-document"]);

const widths = [1440, 1024, 390];
const themes = ["light", "dark"] as const;

test("every screen", async ({ browser, server }) => {
  // Those whose name begins so, for one's own loop.
  const only = process.env.CLOSEZLY_SCREENS ?? "";
  const folder = process.env.CLOSEZLY_SCREENSHOTS ?? "screenshots";
  mkdirSync(folder, { recursive: true });
  for (const who of ["anybody", "member"] as const) {
    const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce" });
    const page = await context.newPage();
    if (who === "member") await signUp(page, person());
    // Of an empty server the first page is signing up.
    else await register(page, person());
    for (const screen of screens.filter((screen) => screen.who === who && screen.name.startsWith(only))) {
      await test.step(screen.name, async () => {
        await screen.open(page, server);
        for (const width of widths) {
          for (const theme of themes) {
            await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
            await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
            const png = await page.screenshot({ fullPage: !inTheWindow.has(screen.name), animations: "disabled", caret: "hide" });
            writeFileSync(join(folder, `${screen.name}-${width}-${theme}.webp`), await webp(page, png));
          }
        }
        await screen.close?.(server);
      });
    }
    await context.close();
  }
});

/** Another page of the same person, which stays open. */
async function another(page: Page): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto("/calls");
  await page.bringToFront();
  return other;
}

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForLoadState("load");
  await page.waitForTimeout(700);
}

/** A tenth of the PNG's size; Chromium is the encoder, in a page of its own so that no content policy is in the way. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const encoder = await page.context().newPage();
  try {
    const url = await encoder.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.82);
    }, png.toString("base64"));
    return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  } finally {
    await encoder.close();
  }
}
