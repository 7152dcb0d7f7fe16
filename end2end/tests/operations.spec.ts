// Settings → Operations: what failed comes by itself, and is retried or discarded; nobody but admins sees it.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { colleague } from "../colleagues.ts";
import { complaints, expect, expectAccessible, test, type Account } from "../fixtures.ts";
import type { Server } from "../server.ts";

/** Work that has failed for good, and the event that tells of it: nothing of the product fails on demand. */
const FAIL = `
import json, sqlite3, sys, uuid
path, email, kind, subject = sys.argv[1:]
base = sqlite3.connect(path, timeout=30)
base.execute("PRAGMA foreign_keys = ON")
(organization,) = base.execute("SELECT organization_id FROM members JOIN people ON people.id = person_id WHERE email = ?", (email,)).fetchone()
job, event = uuid.uuid4(), uuid.uuid4()
now = "2026-11-02T09:00:00+00:00"
base.execute("""INSERT INTO jobs (id, organization_id, share, queue, kind, version, payload, subject, priority, state, attempts, max_attempts,
    fence, run_at, error) VALUES (?, ?, ?, 'test.failing', ?, 1, 'null', ?, 0, 'dead', 5, 5, 5, ?, ?)""",
    (job.bytes, organization, organization, kind, subject, now, "The disk is full.\\nENOSPC at /secret"))
base.execute("INSERT INTO events (id, organization_id, name, subject, payload, at) VALUES (?, ?, 'job.dead', ?, ?, ?)",
    (event.bytes, organization, str(job), json.dumps({"job": str(job), "kind": kind}), now))
base.commit()
`;

function fail(server: Server, account: Account, kind: string): void {
  const python = process.env.CLOSEZLY_TEST_PYTHON ?? "python3";
  execFileSync(python, ["-c", FAIL, join(server.dataDir, "closezly.db"), account.email, kind, randomUUID()]);
}

test("an admin sees what failed without asking again, retries it, discards it", async ({ page, browser, server, account }) => {
  const said = complaints(page);
  await page.goto("/settings");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Operations" }).click();
  const failed = page.getByRole("region", { name: "Failed" });
  await expect(failed.getByText("Nothing failed")).toBeVisible();

  await test.step("it comes by itself", async () => {
    fail(server, account, "calls.write_review");
    await expect(failed.getByText("Writing a call's review", { exact: false }).first()).toBeVisible({ timeout: 10_000 });
    await expect(failed.getByText("The disk is full.")).toBeVisible();
    await expect(page.getByText("ENOSPC")).toHaveCount(0);
    await expectAccessible(page);
  });

  await test.step("what comes takes no focus away", async () => {
    await failed.getByRole("button", { name: /^Retry/ }).focus();
    fail(server, account, "knowledge.ingest");
    await expect(failed.getByRole("listitem")).toHaveCount(2, { timeout: 10_000 });
    await expect(failed.getByRole("button", { name: /Retry.*review/ })).toBeFocused();
  });

  await test.step("a colleague without the right", async () => {
    const rep = await colleague(browser, server, account, "rep");
    await rep.goto("/settings");
    await expect(rep.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Operations" })).toHaveCount(0);
    await rep.goto("/settings/operations");
    await expect(rep.getByText("The disk is full.")).toHaveCount(0);
    await expect(rep.getByText(/role does not allow/)).toBeVisible();
  });

  await failed.getByRole("button", { name: /Retry.*review/ }).click();
  await expect(failed.getByRole("listitem")).toHaveCount(1);
  await expect(failed, "the focus stays where the row was").toBeFocused();
  await failed.locator("summary", { hasText: "Discard" }).click();
  await failed.getByRole("button", { name: "Discard for good" }).click();
  await expect(failed.getByText("Nothing failed")).toBeVisible();
  await expect(failed).toBeFocused();
  expect(said).toEqual([]);
});
