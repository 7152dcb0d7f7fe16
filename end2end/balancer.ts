// The one address in front of several servers, as a load balancer is: a connection goes to the first server that takes it.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from "node:net";

export class Balancer {
  private readonly open = new Set<Socket>();

  private constructor(
    private readonly listener: Listener,
    private ports: number[],
  ) {}

  /** Listens on a free port of the loopback. */
  static async start(): Promise<Balancer> {
    const listener = createServer();
    const balancer = new Balancer(listener, []);
    listener.on("connection", (client) => void balancer.carry(client));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Where new connections go from now on: to the first of these ports that takes them. Those that are open stay where they are. */
  prefer(...ports: number[]): void {
    this.ports = ports;
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.listener.close();
    await once(this.listener, "close");
  }

  private async carry(client: Socket): Promise<void> {
    this.keep(client);
    for (const port of this.ports) {
      const server = connect(port, "127.0.0.1");
      const taken = await Promise.race([once(server, "connect").then(() => true), once(server, "error").then(() => false)]).catch(() => false);
      if (!taken) continue;
      this.keep(server);
      client.pipe(server).pipe(client);
      client.once("close", () => server.destroy());
      server.once("close", () => client.destroy());
      if (client.destroyed) server.destroy();
      return;
    }
    client.destroy();
  }

  private keep(socket: Socket): void {
    this.open.add(socket);
    socket.setNoDelay(true);
    // What breaks ends by "close".
    socket.on("error", () => {});
    socket.once("close", () => this.open.delete(socket));
  }
}
