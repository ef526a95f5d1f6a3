import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * HTTP/1.1 with as little work as possible: driver and fake provider share one core, and must not be what is measured.
 * Real TCP, real requests, keep-alive; no pipelining, bodies with Content-Length only.
 */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One connection that sends one request at a time; more of them wait their turn. */
export interface Line {
  request(head: string, body: string, done: (answer: Answer) => void): void;
  close(): void;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");

export function openLine(port: number, failed: (error: Error) => void): Line {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const waiting: { readonly bytes: string; readonly done: (answer: Answer) => void }[] = [];
  let busy: ((answer: Answer) => void) | null = null;
  const next = (): void => {
    const one = waiting.shift();
    if (!one) return;
    busy = one.done;
    socket.write(one.bytes);
  };
  readFrames(socket, (head, body) => {
    const done = busy;
    busy = null;
    done?.({ status: Number(head.slice(9, 12)), body });
    if (!busy) next();
  });
  socket.on("error", failed);
  return {
    request(head, body, done) {
      const bytes = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      if (busy) waiting.push({ bytes, done });
      else {
        busy = done;
        socket.write(bytes);
      }
    },
    close: () => socket.destroy(),
  };
}

/** A server that answers every request with what `answer` says, at once or after `delayMs`. */
export function listen(
  answer: (head: string, body: string) => Answer,
  delayMs: number,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    readFrames(socket, (head, body) => {
      const { status, body: said } = answer(head, body);
      const bytes = `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(said)}\r\n\r\n${said}`;
      if (delayMs > 0) setTimeout(() => socket.write(bytes), delayMs);
      else socket.write(bytes);
    });
  });
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address && typeof address === "object") done({ port: address.port, server });
      else failed(new Error("no port"));
    });
  });
}

function readFrames(socket: Socket, frame: (head: string, body: string) => void): void {
  let kept: Buffer | null = null;
  socket.on("data", (chunk: Buffer) => {
    let bytes = kept ? Buffer.concat([kept, chunk]) : chunk;
    kept = null;
    while (bytes.length > 0) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end < 0) break;
      const head = bytes.toString("latin1", 0, end);
      const size = lengthOf(head);
      const from = end + END_OF_HEAD.length;
      if (bytes.length < from + size) break;
      const body = bytes.toString("utf8", from, from + size);
      bytes = bytes.subarray(from + size);
      frame(head, body);
    }
    if (bytes.length > 0) kept = bytes;
  });
}

function lengthOf(head: string): number {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head);
  return found ? Number(found[1]) : 0;
}
