// A folder of the person's own disk, dropped onto the page as Chromium does it for a hand.
import type { Page } from "@playwright/test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { ask, expectReady, READ } from "../knowledge.ts";

let folder: string;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "closezly-folder-"));
});

test.afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a dropped folder is read with its subfolders; what can't be read says why and stops nobody", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  const sales = fill("Sales", {
    "Overview.txt": "The sales handbook was written by Ada.",
    "prices/Lyra.txt": "The Lyra tariff costs 63 euros per seat.",
    "prices/2026/Vega.md": "# Vega\n\nThe Vega tariff costs 71 euros per seat.\n",
    "prices/2026/Tower.blend": Buffer.from([0x42, 0x4c, 0x45, 0x4e, 0x44, 0, 1, 2, 3, 0, 255, 254]),
    "legal/Notice.html": "<!doctype html><title>Notice</title><h1>Notice</h1><p>The Cygnus contract ends with a notice of 26 days.</p>",
    // What the computer left there is nobody's document.
    ".DS_Store": "litter",
    "prices/Thumbs.db": "litter",
    "prices/~$Lyra.docx": "litter",
  });
  await page.goto("/knowledge");
  await hydrated(page);
  await dropFolder(page, sales);
  await expect(page.getByText("5 files added").first()).toBeVisible(READ);
  await expectReady(page, 4);
  await expect(page.getByText(/litter|Thumbs|DS_Store/)).toHaveCount(0);
  await expectAccessible(page);

  const row = (name: string) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
  await test.step("each stands with its path", async () => {
    await expect(row("Overview")).toContainText("Sales/Overview.txt");
    await expect(row("Lyra")).toContainText("Sales/prices/Lyra.txt");
    await expect(row("Vega")).toContainText("Sales/prices/2026/Vega.md");
    await expect(row("Notice")).toContainText("Sales/legal/Notice.html");
  });

  await test.step("the one that can't be read says why", async () => {
    const tower = row("Tower");
    await expect(tower).toContainText("Sales/prices/2026/Tower.blend");
    await expect(tower.getByText("Failed", { exact: true })).toBeVisible();
    await expect(tower.getByText("Files of this kind are not read. Save it as PDF, DOCX")).toBeVisible();
  });

  for (const [question, answer, place] of [
    ["What does the Lyra tariff cost?", "63 euros", /Lyra/],
    ["What does the Vega tariff cost?", "71 euros", /Vega/],
    ["With which notice does the Cygnus contract end?", "26 days", /Notice/],
  ] as const) {
    await test.step(question, async () => {
      await ask(page, question);
      const first = page.getByRole("status").getByRole("listitem").first();
      await expect(first).toContainText(answer);
      await expect(first.getByRole("link")).toHaveAccessibleName(place);
    });
  }

  await test.step("dropped again, nothing is there twice", async () => {
    await page.goto("/knowledge");
    await hydrated(page);
    await dropFolder(page, join(sales, "prices"));
    await expect(page.getByText("Already here:").first()).toBeVisible(READ);
    await expect(page.getByText("Already here:")).toHaveCount(3);
    await expectReady(page, 4);
  });
  expect(said).toEqual([]);
});

test("two folders with the same file names are told apart by their paths", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const east = fill("East", { "Prices.txt": "In the east the Draco module costs 12 euros." });
  const west = fill("West", { "Prices.txt": "In the west the Draco module costs 19 euros." });
  await page.goto("/knowledge");
  await hydrated(page);
  await dropFolder(page, east, west);
  await expectReady(page, 2);
  await expect(page.getByText("East/Prices.txt")).toBeVisible();
  await expect(page.getByText("West/Prices.txt")).toBeVisible();
});

/** Writes a folder's files; hands back its path. */
function fill(name: string, files: Record<string, string | Buffer>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return join(folder, name);
}

/** Drags from the desktop: Chromium itself opens the folders, as with a hand. */
async function dropFolder(page: Page, ...files: string[]): Promise<void> {
  const chromium = await page.context().newCDPSession(page);
  const place = await page.getByText("Drop files or folders here").boundingBox();
  const { x, y } = { x: place!.x + 5, y: place!.y + 5 };
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await chromium.send("Input.dispatchDragEvent", { type, x, y, data });
  }
  await chromium.detach();
}
