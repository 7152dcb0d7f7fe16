// A second person in the same organization. The program has no invitation yet, so the database is told, as the Rust tests do it.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { type Account, hydrated, person, signIn, signUp } from "./fixtures.ts";
import type { Server } from "./server.ts";

export type Role = "guest" | "rep" | "manager" | "admin" | "owner";

/** Who signed up alone becomes the other's colleague; who was signed in as somebody else is so no more. */
const MOVE = `
import sqlite3, sys
path, newcomer, host, role = sys.argv[1:]
base = sqlite3.connect(path, timeout=30)
base.execute("PRAGMA foreign_keys = ON")
of = "SELECT members.id, organization_id FROM members JOIN people ON people.id = person_id WHERE email = ?"
member, _ = base.execute(of, (newcomer,)).fetchone()
_, organization = base.execute(of, (host,)).fetchone()
for tied in ["sessions", "refresh_tokens"]:
    base.execute(f"DELETE FROM {tied} WHERE member_id = ?", (member,))
moved = base.execute("UPDATE members SET organization_id = ?, role = ? WHERE id = ?", (organization, role, member)).rowcount
base.commit()
sys.exit(0 if moved == 1 else "nobody was moved")
`;

/** A page of a new colleague of somebody, in a browser of their own. */
export async function colleague(browser: Browser, server: Server, of: Account, role: Role): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  const account = { ...person(), name: "Rob Reyes", organization: "Nowhere" };
  await signUp(page, account);
  const python = process.env.CLOSEZLY_TEST_PYTHON ?? "python3";
  execFileSync(python, ["-c", MOVE, join(server.dataDir, "closezly.db"), account.email, of.email, role]);
  await context.clearCookies();
  await signIn(page, account);
  await hydrated(page);
  return page;
}
