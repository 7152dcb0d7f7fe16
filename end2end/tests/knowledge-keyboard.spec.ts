// Knowledge without a pointer: Tab, Enter, Escape and letters alone.
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { expectFocusSeen, focused, tabTo } from "../keyboard.ts";
import { expectReady, READ, textFile } from "../knowledge.ts";

const SENTENCE = "The notice period of the Orion contract is forty days.";
const QUESTION = "How long is the notice period of the Orion contract?";

test("from the navigation to a text, a question, its citation and back by keys alone", async ({ page, account }) => {
  test.setTimeout(120_000);
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/");
  await hydrated(page);
  await tabTo(page, page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Knowledge" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Knowledge");

  const paste = page.getByRole("button", { name: "Paste text" });
  const dialog = page.getByRole("dialog", { name: "Paste text" });
  await test.step("a dialog takes the focus, keeps it and gives it back", async () => {
    await tabTo(page, paste);
    await page.keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press("Tab");
      if ((await focused(page)) !== "body") {
        expect(await dialog.evaluate((dialog) => dialog.contains(document.activeElement)), await focused(page)).toBe(true);
        await expectFocusSeen(page);
      }
    }
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(paste).toBeFocused();
    await expectFocusSeen(page);
  });

  await test.step("a text is pasted", async () => {
    await page.keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    await tabTo(page, dialog.getByLabel("Title"));
    await page.keyboard.type("Notice periods");
    await tabTo(page, dialog.getByLabel("Text", { exact: true }));
    await page.keyboard.type(SENTENCE);
    await tabTo(page, dialog.getByRole("button", { name: "Add the text" }));
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
    await expect(paste).toBeFocused();
    await expectReady(page, 1);
    // The list came below it meanwhile.
    await expect(paste).toBeFocused();
    await expectFocusSeen(page);
  });

  const box = page.getByLabel("Your question");
  await test.step("asked", async () => {
    await tabTo(page, box, { back: true });
    await page.keyboard.type(QUESTION);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").getByRole("listitem")).toContainText(SENTENCE);
    await expect(box).toBeFocused();
  });

  await test.step("the citation is opened", async () => {
    await tabTo(page, page.getByRole("status").getByRole("listitem").getByRole("link"));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/#passage-1$/);
    await expect(page.locator("mark")).toHaveText(SENTENCE);
    await expect(page.locator("mark")).toBeInViewport();
  });

  await test.step("back", async () => {
    await tabTo(page, page.getByRole("main").getByRole("link", { name: "Knowledge", exact: true }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/knowledge$/);
    await expect(page.getByRole("link", { name: "Notice periods", exact: true })).toBeVisible();
    await tabTo(page, page.getByRole("link", { name: "Notice periods", exact: true }));
  });
  expect(said).toEqual([]);
});

test("the first stop leads past the navigation", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the page" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await expectFocusSeen(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#page$/);
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("Tab");
  const inside = await page.getByRole("main").evaluate((main) => main !== document.activeElement && main.contains(document.activeElement));
  expect(inside, await focused(page)).toBe(true);
  await expectFocusSeen(page);
});

test("a collection, a website's form, the list's filter and a deletion by keys, and the focus stays on the page", async ({ page, account }) => {
  test.setTimeout(120_000);
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles([textFile("Orion.txt", SENTENCE), textFile("Other.txt", "Nothing else is known.")]);
  await expectReady(page, 2);

  await test.step("a collection is made", async () => {
    await tabTo(page, page.getByText("New collection"));
    await page.keyboard.press("Enter");
    await tabTo(page, page.locator("#new-collection"));
    await page.keyboard.type("Legal");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("link", { name: /^Legal/ })).toBeVisible();
    await expectFocusSeen(page);
  });

  await test.step("a website's form is left by Escape", async () => {
    const add = page.getByRole("button", { name: "Add a website" });
    await tabTo(page, add, { back: true });
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Add a website" });
    await tabTo(page, dialog.getByLabel("Start address"));
    await page.keyboard.type("nowhere");
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(add).toBeFocused();
    await expectFocusSeen(page);
  });

  await test.step("the list is narrowed while one types", async () => {
    const find = page.getByRole("searchbox", { name: "Find" });
    await tabTo(page, find);
    await page.keyboard.type("Orion");
    await expect(page).toHaveURL(/words=Orion/);
    await expect(page.getByRole("link", { name: "Other", exact: true })).toHaveCount(0);
    await expect(find).toBeFocused();
    await expectFocusSeen(page);
  });

  await test.step("a document is deleted", async () => {
    await tabTo(page, page.getByRole("link", { name: "Orion", exact: true }));
    await page.keyboard.press("Enter");
    await expect(page.getByText(SENTENCE)).toBeVisible(READ);
    await tabTo(page, page.getByText("Delete this document"));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Delete", exact: true }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/knowledge$/);
    await expect(page.getByRole("link", { name: "Orion", exact: true })).toHaveCount(0);
    await tabTo(page, page.getByRole("link", { name: "Other", exact: true }));
  });
});

test("a collection that is saved doesn't lose the focus", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(textFile("Orion.txt", SENTENCE));
  await expectReady(page, 1);
  const collection = page.getByRole("region", { name: "Collections" }).getByRole("listitem");
  await tabTo(page, collection.getByText("Change", { exact: true }));
  await page.keyboard.press("Enter");
  await tabTo(page, collection.getByLabel("Name"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Handbook");
  await page.keyboard.press("Enter");
  await expect(collection.getByRole("link", { name: /^Handbook/ })).toBeVisible();
  await expectFocusSeen(page);
});

test("a website that is visited again doesn't lose the focus", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(textFile("Orion.txt", SENTENCE));
  await expectReady(page, 1);
  const add = page.getByRole("button", { name: "Add a website" });
  await tabTo(page, add);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add a website" });
  await tabTo(page, dialog.getByLabel("Start address"));
  // It is refused before anybody comes to it.
  await page.keyboard.type("http://localhost:9999/");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(add).toBeFocused();
  const website = page.getByRole("region", { name: "Websites" }).getByRole("listitem");
  await expect(website.getByText("Failed", { exact: true })).toBeVisible(READ);
  await tabTo(page, website.getByText("Change", { exact: true }));
  await page.keyboard.press("Enter");
  await tabTo(page, website.getByRole("button", { name: "Visit now" }));
  const visited = page.waitForResponse((response) => response.url().includes("visit-website"));
  await page.keyboard.press("Enter");
  expect((await visited).ok()).toBe(true);
  await expect(website.getByText("Failed", { exact: true })).toBeVisible(READ);
  await expectFocusSeen(page);
});

// A document of so many passages is read at once and embedded for minutes.
test.describe("without an embedding model", () => {
  test.use({ environment: { CLOSEZLY_EMBEDDINGS: "none" } });

  test("a document that becomes ready under the focus keeps it", async ({ page, account }) => {
    expect(account).toBeTruthy();
    // Long enough that the list shows it before it is read; that it is ready comes to the page when one has come to the document.
    const long = Array.from({ length: 8_000 }, (_, number) => `${SENTENCE} That was line ${number}.`).join("\n\n");
    let arrive = () => {};
    const there = new Promise<void>((done) => (arrive = done));
    await page.route("**/api/knowledge/documents", async (route) => {
      let response = await route.fetch();
      // The page is answered packed; the same in JSON, asked for after it, says what it can't say yet.
      const told = await route.fetch({ headers: { ...route.request().headers(), accept: "application/json" } });
      if (/"state":"ready"/i.test(await told.text())) {
        await there;
        response = await route.fetch();
      }
      await route.fulfill({ response });
    });
    await page.goto("/knowledge");
    await hydrated(page);
    await page.locator("#knowledge-files").setInputFiles(textFile("Orion.txt", long));
    const document = page.getByRole("link", { name: "Orion", exact: true });
    await tabTo(page, document);
    await expect(page.getByRole("list", { name: "Steps" })).toBeVisible();
    arrive();
    await expectReady(page, 1);
    await expect(document).toBeFocused();
    await expectFocusSeen(page);
  });
});
