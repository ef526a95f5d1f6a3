import { connect, createServer, type Socket } from "node:net";

/** A line to a server of this machine that can be cut at any moment. */
export interface Cuttable {
  readonly port: number;
  /** Breaks every connection, as a network does: without a word. */
  cut(): number;
  /** How many connections there were. */
  connections(): number;
  close(): Promise<void>;
}

export async function startCuttable(target: number): Promise<Cuttable> {
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer((near) => {
    count++;
    const far = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const port = await new Promise<number>((done) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(address && typeof address === "object" ? address.port : 0);
    }),
  );
  const cut = (): number => {
    const cutting = [...open];
    for (const socket of cutting) socket.resetAndDestroy();
    return cutting.length / 2;
  };
  return {
    port,
    cut,
    connections: () => count,
    close: () =>
      new Promise((done) => {
        cut();
        server.close(() => done());
      }),
  };
}
