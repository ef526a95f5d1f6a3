import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../engine/clock.ts";
import type { Channel, ConnectionFinding } from "../../engine/core/domain/channel.ts";
import { createHttp } from "../../engine/http.ts";
import { createPerform } from "../../engine/provider-call.ts";
import { createTestConnection } from "../../engine/test-connection.ts";

const ACCOUNT = { id: "acc_1" as never, channel: "whatsapp" as const, config: { token: "canary" } };
const FINE: ConnectionFinding = { level: "ok", code: "fine", message: { fr: "Tout va bien.", en: "All is well." } };
const LATE: ConnectionFinding = { level: "warning", code: "late", message: { fr: "Bientôt.", en: "Soon." } };
const files = { save: () => Promise.reject(new Error("no files")), read: async () => null };

let server: Server;
let base = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/hangs") return;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ path: request.url }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  base = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A channel that asks for these paths and finds everything fine that was answered. */
function findings(
  paths: readonly string[],
  options: { readonly base?: string; readonly publicUrl?: string } = {},
): Promise<readonly ConnectionFinding[]> {
  const channel = {
    type: "whatsapp",
    webhookPath: "/webhook/whatsapp",
    probe: () =>
      paths.map((path) => ({
        purpose: "probe",
        via: "http",
        method: "GET",
        url: `{base}${path}`,
        headers: { authorization: "Bearer canary" },
        body: { type: "none" },
      })),
    judge: (answers) => answers.flatMap(({ response }) => (response ? [FINE, LATE] : [])),
  } as Pick<Channel, "type" | "webhookPath" | "probe" | "judge">;
  return createTestConnection({
    channels: { all: [], of: () => channel as Channel, baseUrl: () => options.base ?? base },
    perform: createPerform(createHttp({ allowPrivate: [] }), files, 300),
    clock: systemClock,
    publicUrl: options.publicUrl ?? "https://relais.example.com",
  })(ACCOUNT);
}
const codes = async (asked: Promise<readonly ConnectionFinding[]>): Promise<readonly string[]> =>
  (await asked).map(({ level, code }) => `${level} ${code}`);

test("says what the channel finds in the answers, each thing once, the worst first", async () => {
  expect(await codes(findings(["/a", "/b"]))).toEqual(["warning late", "ok fine"]);
});

test.each([
  ["a name that does not exist", "http://nowhere.invalid", "hostUnknown"],
  ["a port that nobody listens on", "http://127.0.0.1:1", "refused"],
])("%s is a finding with a remedy, and nothing else is said of it", async (_, address, code) => {
  const found = await findings(["/a", "/b"], { base: address });
  expect(found.map((one) => `${one.level} ${one.code}`)).toEqual([`error ${code}`]);
  expect(found[0]?.remedy?.fr.length).toBeGreaterThan(10);
  expect(JSON.stringify(found)).not.toContain("canary");
});

test("a provider that does not answer in time is a finding beside what the others said", async () => {
  expect(await codes(findings(["/hangs", "/b"]))).toEqual(["error noAnswer", "warning late", "ok fine"]);
});

test.each(["http://relais.example.com", "https://localhost:3000", "https://192.168.1.10"])(
  "an address that the provider cannot reach (%s) is a warning",
  async (publicUrl) => {
    expect(await codes(findings(["/a"], { publicUrl }))).toContain("warning addressNotPublic");
  },
);
