// Deepgram's stand-in: hears what a script says, wherever the sound comes from.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Sentence {
  channel: "rep" | "customer";
  /** When it begins, in ms of the channel's audio. */
  at_ms: number;
  text: string;
}

/** Starts one; `environment` is what a server needs to use it. End `process` when it is no longer needed. */
export async function startDeepgram(script: Sentence[]): Promise<{ process: ChildProcess; environment: Record<string, string> }> {
  const file = join(mkdtempSync(join(tmpdir(), "closezly-")), "script.json");
  writeFileSync(file, JSON.stringify(script));
  const target = resolve(import.meta.dirname, "..", process.env.CARGO_TARGET_DIR ?? "target");
  const upstream = spawn(join(target, "debug/deepgram-upstream"), [file], { stdio: ["ignore", "pipe", "inherit"] });
  const [first] = (await once(upstream.stdout!, "data")) as [Buffer];
  return { process: upstream, environment: { CLOSEZLY_DEEPGRAM_KEY: "loopback-key", CLOSEZLY_DEEPGRAM_URL: first.toString().trim() } };
}
