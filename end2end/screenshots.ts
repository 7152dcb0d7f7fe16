// Pictures of every page and state at three widths, light and dark: cargo xtask screenshots
//
// A screen is a name, who looks at it and how one gets there. The pictures are looked at before a page is called done.
import type { Page } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, person, signUp, test } from "./fixtures.ts";

interface Screen {
  name: string;
  /** A person who is signed in, or anybody. */
  who: "anybody" | "member";
  open: (page: Page) => Promise<void>;
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
  { name: "home-first", who: "member", open: (page) => visit(page, "/") },
  { name: "calls-empty", who: "member", open: (page) => visit(page, "/calls") },
  { name: "not-found", who: "member", open: (page) => visit(page, "/no-such-page") },
  { name: "components", who: "anybody", open: (page) => visit(page, "/dev/components") },
];

const widths = [1440, 1024, 390];
const themes = ["light", "dark"] as const;

test("every screen", async ({ browser, server }) => {
  const folder = process.env.CLOSEZLY_SCREENSHOTS ?? "screenshots";
  mkdirSync(folder, { recursive: true });
  for (const who of ["anybody", "member"] as const) {
    const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce" });
    const page = await context.newPage();
    if (who === "member") await signUp(page, person());
    for (const screen of screens.filter((screen) => screen.who === who)) {
      await test.step(screen.name, async () => {
        await screen.open(page);
        for (const width of widths) {
          for (const theme of themes) {
            await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
            await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
            const png = await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" });
            writeFileSync(join(folder, `${screen.name}-${width}-${theme}.webp`), await webp(page, png));
          }
        }
      });
    }
    await context.close();
  }
});

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForLoadState("networkidle");
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
