// Several servers of one installation: one PostgreSQL, one storage of files, one address, a data folder each.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Balancer } from "./balancer.ts";
import { newDatabase } from "./postgres.ts";
import { Server, type Environment } from "./server.ts";

export class Fleet {
  private constructor(
    readonly servers: [Server, Server],
    readonly balancer: Balancer,
    readonly database: string,
    private readonly close: () => Promise<void>,
  ) {}

  /** Starts two servers; new connections go to the first one. */
  static async start(environment: Environment = {}): Promise<Fleet> {
    const [database, balancer] = [await newDatabase(), await Balancer.start()];
    const storage = mkdtempSync(join(tmpdir(), "closezly-files-"));
    const shared = (url: string): Environment => ({
      CLOSEZLY_NODE_ADDRESS: url,
      CLOSEZLY_PUBLIC_URL: balancer.url,
      CLOSEZLY_DATABASE_URL: database.url,
      CLOSEZLY_FILES: `file://${storage}`,
      CLOSEZLY_TOKEN_KEY: "the key that all servers of this test have in common",
      CLOSEZLY_VAULT_KEYS: "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      ...environment,
    });
    const servers: [Server, Server] = [await Server.start(shared), await Server.start(shared)];
    balancer.prefer(...servers.map((server) => server.port));
    return new Fleet(servers, balancer, database.url, async () => {
      await balancer.stop();
      for (const server of servers) await server.stop();
      await database.drop();
      rmSync(storage, { recursive: true, force: true });
    });
  }

  get url(): string {
    return this.balancer.url;
  }

  /** Everything that its servers have logged. */
  log(): string {
    return this.servers.map((server, index) => `server ${index}\n${server.log()}`).join("\n");
  }

  async stop(): Promise<void> {
    await this.close();
  }
}
