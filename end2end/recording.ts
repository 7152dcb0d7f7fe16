// A channel's recording as it lies on the disk: see server/store/src/recording/record.rs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import type { Server } from "./server.ts";

export interface Recorded {
  sequence: number;
  /** Call time in ms. */
  capturedAt: number;
  samples: number;
}

const HEADER = 28;

/** The frames of a call's channel, in the order in which they lie there. */
export function recorded(server: Server, call: string, channel: "rep" | "customer"): Recorded[] {
  const root = join(server.dataDir, "files", "recordings");
  if (!existsSync(root)) return [];
  const organization = readdirSync(root).find((name) => existsSync(join(root, name, call)));
  const log = join(root, organization ?? "", call, `${channel}.log`);
  if (!organization || !existsSync(log)) return [];
  const bytes = readFileSync(log);
  const frames: Recorded[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    if (bytes.toString("latin1", at, at + 4) !== "CZR1") throw new Error(`no record at ${at} of ${log}`);
    frames.push({ sequence: bytes.readUInt32LE(at + 4), capturedAt: Number(bytes.readBigInt64LE(at + 8)), samples: bytes.readUInt32LE(at + 16) });
    at += HEADER + bytes.readUInt32LE(at + 20);
  }
  return frames;
}

/** Every frame is there once, in order. */
export function expectOnceInOrder(frames: Recorded[]): void {
  expect(frames.map((frame) => frame.sequence)).toEqual(frames.map((_, index) => index));
}

/** Where capture time jumps by more than a frame and a bit: the holes, in ms. */
export function holes(frames: Recorded[]): number[] {
  const steps = frames.slice(1).map((frame, index) => frame.capturedAt - (frames[index]!.capturedAt + frames[index]!.samples / 16));
  return steps.filter((step) => Math.abs(step) > 20);
}

/** Seconds of sound. */
export function seconds(frames: Recorded[]): number {
  return frames.reduce((sum, frame) => sum + frame.samples, 0) / 16_000;
}
