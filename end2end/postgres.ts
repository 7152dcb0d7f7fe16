// Databases of the PostgreSQL that tests are given (CLOSEZLY_TEST_POSTGRES), by as much of its protocol as that takes.
import { connect } from "node:net";

/** Makes an empty database; its address, and how to drop it. */
export async function newDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = process.env.CLOSEZLY_TEST_POSTGRES;
  if (!server) throw new Error("CLOSEZLY_TEST_POSTGRES must name a PostgreSQL: server/store/tests/postgres.sh starts one");
  const name = `closezly_journey_${process.pid}_${Date.now()}`;
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => query(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Runs one statement that gives no rows anybody wants, as a user who needs no password. */
export async function query(address: string, statement: string): Promise<void> {
  const { hostname, port, username, pathname } = new URL(address);
  const socket = connect(Number(port || 5432), hostname);
  const startup = Buffer.from(`\0\x03\0\0user\0${username}\0database\0${pathname.slice(1)}\0\0`, "latin1");
  socket.write(Buffer.concat([length(startup), startup]));
  let received = Buffer.alloc(0);
  let asked = false;
  for await (const data of socket) {
    received = Buffer.concat([received, data as Buffer]);
    // A letter, the length of what follows with itself, and that.
    while (received.length >= 5 && received.length > received.readInt32BE(1)) {
      const end = 1 + received.readInt32BE(1);
      const [kind, body] = [String.fromCharCode(received[0]!), received.subarray(5, end)];
      received = received.subarray(end);
      if (kind === "E") throw new Error(`PostgreSQL: ${body.toString("utf8").replaceAll("\0", " ")}`);
      if (kind === "Z" && asked) socket.end(message("X", ""));
      if (kind === "Z" && !asked) {
        asked = true;
        socket.write(message("Q", `${statement}\0`));
      }
    }
  }
}

function message(kind: string, text: string): Buffer {
  const body = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(kind), length(body), body]);
}

function length(body: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(body.length + 4);
  return bytes;
}
