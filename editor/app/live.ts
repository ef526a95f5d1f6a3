import type { QueryClient } from "@tanstack/react-query";

/** What the server says changed: look at it anew. `reload`: at everything. */
export interface Change {
  readonly type: "message" | "status" | "conversation" | "flows" | "accounts" | "workspace" | "reload" | (string & {});
  readonly conversationId?: string;
  /** With `flowFile`: the flow, and the mark of its new state; null: it is gone. */
  readonly flow?: string;
  readonly etag?: string | null;
}
export type Connection = "open" | "lost";

const readers = new Set<() => void>();
const listeners = new Set<(change: Change) => void>();
let connection: Connection = "open";
let source: EventSource | null = null;

function tell(next: Connection): void {
  connection = next;
  for (const read of readers) read();
}

/** Opens the one stream of the application; the browser itself comes back after a lost connection. */
export function startLive(queries: QueryClient): () => void {
  source = new EventSource("/api/events", { withCredentials: true });
  source.addEventListener("open", () => {
    // What changed while nobody listened is unknown: everything on screen is looked at anew.
    if (connection === "lost") void queries.invalidateQueries();
    tell("open");
  });
  source.addEventListener("error", () => {
    tell("lost");
    // Refused, not only interrupted: whoever was signed out here from elsewhere sees the door.
    if (source?.readyState === EventSource.CLOSED) void queries.invalidateQueries({ queryKey: ["session"] });
  });
  source.addEventListener("change", (event) => {
    const change = JSON.parse((event as MessageEvent<string>).data) as Change;
    if (change.type === "reload") void queries.invalidateQueries();
    else if (change.type === "session") void lookAtRights(queries);
    // A file of a flow changed: the list looks anew; an open editor hears of it below.
    else void queries.invalidateQueries({ queryKey: [change.type === "flowFile" ? "flows" : change.type] });
    for (const listen of listeners) listen(change);
  });
  return () => {
    source?.close();
    source = null;
  };
}

/** Rights changed, perhaps one's own: then what was refused or allowed before is asked for anew. */
async function lookAtRights(queries: QueryClient): Promise<void> {
  const known = (): string => JSON.stringify(queries.getQueryData(["session"]));
  const before = known();
  await queries.refetchQueries({ queryKey: ["session"] });
  if (known() !== before) await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
}

/** Hears every change, for what is not a query. */
export function onChange(listen: (change: Change) => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

export function subscribeConnection(read: () => void): () => void {
  readers.add(read);
  return () => readers.delete(read);
}
export function connectionNow(): Connection {
  return connection;
}
