// A real server of its own for a test: its binary, a fresh data folder, a free port.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const repository = resolve(import.meta.dirname, "..");
const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? "target");

export type Environment = Record<string, string>;

export class Server {
  readonly dataDir = mkdtempSync(join(tmpdir(), "closezly-"));
  readonly logFile = join(this.dataDir, "server.log");
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly environment: Environment,
  ) {}

  /** Starts a server and waits until it is ready. `environment` adds to or replaces its configuration; it may depend on the address. */
  static async start(environment: Environment | ((url: string) => Environment) = {}): Promise<Server> {
    const port = await freePort();
    const server = new Server(port, typeof environment === "function" ? environment(address(port)) : environment);
    await server.launch();
    return server;
  }

  get url(): string {
    return address(this.port);
  }

  /** Everything it has logged so far, over restarts. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** Ends it as a deploy would, and waits until it has ended. */
  async drain(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Ends it as a power cut would. */
  async kill9(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Starts it again on the same data and the same port. */
  async restart(environment: Environment = {}): Promise<void> {
    if (this.process) await this.end("SIGTERM");
    Object.assign(this.environment, environment);
    await this.launch();
  }

  /** Ends it as an operator would, and deletes its data. */
  async stop(): Promise<void> {
    if (this.process) await this.end("SIGTERM");
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const log = openSync(this.logFile, "a");
    const binary = process.env.CLOSEZLY_BIN ?? join(target, "debug/closezly");
    // Nothing of the developer's own configuration reaches a test.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("CLOSEZLY_") && name !== "DATABASE_URL");
    const child = spawn(binary, ["serve"], {
      cwd: this.dataDir,
      stdio: ["ignore", log, log],
      env: {
        ...Object.fromEntries(inherited),
        CLOSEZLY_LISTEN: `127.0.0.1:${this.port}`,
        CLOSEZLY_PUBLIC_URL: this.url,
        CLOSEZLY_DATA_DIR: this.dataDir,
        CLOSEZLY_SITE_DIR: process.env.CLOSEZLY_SITE_DIR ?? join(target, "site"),
        ...this.environment,
      },
    });
    closeSync(log);
    this.process = child;
    let failure: Error | undefined;
    child.once("error", (error) => (failure = error));
    const deadline = Date.now() + 30_000;
    while (!(await this.ready())) {
      if (failure) throw new Error(`could not start ${binary}: ${failure.message}`);
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${this.log()}`);
      }
      if (Date.now() > deadline) throw new Error(`the server was not ready within 30 s:\n${this.log()}`);
      await sleep(50);
    }
  }

  private async ready(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/ready`)).ok;
    } catch {
      return false;
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill(signal);
    // A shutdown that hangs is a bug, but it must not hang the run.
    const gaveUp = await Promise.race([ended.then(() => false), sleep(30_000, true, { ref: false })]);
    if (gaveUp) {
      child.kill("SIGKILL");
      await ended;
      throw new Error(`the server did not end within 30 s of ${signal}:\n${this.log()}`);
    }
  }
}

function address(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** A port on the loopback that nobody listens on right now. */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
    });
  });
}
