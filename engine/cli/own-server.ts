import type { Config } from "../config.ts";
import { createHttp } from "../http.ts";
import { keptSecret } from "../secrets.ts";

/** Asks the API of the server that runs on this machine; null: no answer came. */
export type AskServer = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: unknown } | null>;

/** The server that runs on this machine has its SQLite file for itself: what it can do is asked of it. Null: none runs. */
export async function ownServer(config: Config): Promise<AskServer | null> {
  const http = createHttp({ allowPrivate: [] });
  const token = config.adminToken ?? keptSecret(config.dataDir, "admin-token");
  const ask: AskServer = async (method, path, body) => {
    const done = await http.request({
      method,
      url: `http://127.0.0.1:${config.port}${path}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: 10_000,
      maxBytes: 5_000_000,
      trusted: true,
    });
    if (done.type !== "response") return null;
    return { status: done.status, body: JSON.parse(new TextDecoder().decode(done.body)) };
  };
  const answer = await ask("GET", "/api/session").catch(() => null);
  return answer?.status === 200 ? ask : null;
}
