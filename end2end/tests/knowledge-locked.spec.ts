// A file that is protected by a password: it says so, takes no wrong one, and answers with the right one.
import { encryptedPdf } from "../encrypted.ts";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { ask, expectReady, READ, textFile } from "../knowledge.ts";

test("an encrypted file asks for its password, refuses a wrong one and answers with the right one @phone", async ({ page, server, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  const password = "correct horse 17";
  const sentence = "The Borealis licence costs 52 euros per seat.";
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles({
    name: "Borealis.pdf",
    mimeType: "application/pdf",
    buffer: encryptedPdf(sentence, password),
  });
  const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Borealis", exact: true }) });
  await expect(row.getByText("Needs its password", { exact: true })).toBeVisible(READ);
  await expect(row.getByText("This file is protected by a password.")).toBeVisible();
  await expectAccessible(page);

  await test.step("locked, it answers nothing", async () => {
    await ask(page, "What does the Borealis licence cost?");
    await expect(page.getByText("Not in your documents.")).toBeVisible();
    await page.getByRole("link", { name: "All documents" }).click();
  });

  await page.getByRole("link", { name: "Borealis", exact: true }).click();
  const banner = page.getByRole("status").or(page.getByRole("alert")).filter({ hasText: "This document needs its password" });
  await expect(banner).toContainText("This file is protected by a password. Give its password, then it is read.");
  await expect(page.getByText("Give the password above.")).toBeVisible();
  await expectAccessible(page);
  const field = page.getByLabel("Password of the file");
  await expect(field).toHaveAttribute("type", "password");

  await test.step("a wrong one", async () => {
    await field.fill("correct horse 18");
    await page.getByRole("button", { name: "Open it" }).click();
    await expect(banner).toContainText("That is not this file's password. Try another one.", READ);
    await expect(page.getByText(sentence)).toHaveCount(0);
    await expectAccessible(page);
  });

  await test.step("the right one", async () => {
    await field.fill(password);
    await field.press("Enter");
    await expect(page.getByText(sentence)).toBeVisible(READ);
    await expect(page.getByText("needs its password")).toHaveCount(0);
    await expect(field).toHaveCount(0);
  });

  await ask(page, "What does the Borealis licence cost?");
  const answer = page.getByRole("status").getByRole("listitem");
  await expect(answer).toContainText(sentence);
  await answer.getByRole("link", { name: /Borealis.*Page 1/ }).click();
  await expect(page.locator("mark")).toContainText("52 euros");
  expect(server.log(), "a password is not for the log").not.toContain("correct horse");
  expect(said).toEqual([]);
});

test("a locked document is among those that need somebody, and can be deleted without its password", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles([
    { name: "Forgotten.pdf", mimeType: "application/pdf", buffer: encryptedPdf("Nobody knows the password of this one.", "forgotten") },
    textFile("Open.txt", "Everybody can read this one."),
  ]);
  await expect(page.getByText("This file is protected by a password.").first()).toBeVisible(READ);
  await expectReady(page, 1);
  const forgotten = page.getByRole("link", { name: "Forgotten", exact: true });
  const numbers = page.getByRole("region", { name: "In numbers" });

  await test.step("its number leads to it", async () => {
    await expect(numbers.getByRole("definition").last()).toHaveText("1");
    await numbers.getByRole("link", { name: "Waiting for a password" }).click();
    await expect(page.getByRole("link", { name: "Open", exact: true })).toHaveCount(0);
    await expect(forgotten).toBeVisible();
  });

  await test.step("deleted", async () => {
    await forgotten.click();
    await page.getByText("Delete this document").click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(/\/knowledge$/);
    await expect(forgotten).toHaveCount(0);
    await expect(numbers.getByRole("definition").last()).toHaveText("0");
  });
});
