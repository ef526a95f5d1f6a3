import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseFlow } from "../../../engine/core/flow/parse.ts";
import { FLOW, startTestApp, type TestApp } from "../../support/test-app.ts";

/** Calls `hello`, with a comment that must survive. */
const CALLER = `flow: caller
languages: [fr]
channels: [sms]
triggers:
  - { on: keyword, keywords: [appel] }
start: first
nodes:
  # what it calls
  first: { type: callFlow, flow: hello, exits: { done: bye } }
  bye: { type: end }
`;

let relais: TestApp;
beforeEach(async () => {
  relais = await startTestApp();
});
afterEach(() => relais.close());

const file = (id: string): string => join(relais.flowsDir, `${id}.flow.yaml`);
const onDisk = (id: string): string => readFileSync(file(id), "utf8");
async function post(path: string, body: unknown, method = "POST"): Promise<{ status: number; body: never }> {
  const answer = await relais.ask(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: answer.status, body: (await answer.json()) as never };
}
async function list(): Promise<readonly { id: string; [key: string]: unknown }[]> {
  const answer = await relais.ask("/api/flows");
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { items: { id: string }[] }).items;
}

describe("the list of flows", () => {
  test("says name, channels, state, findings, last change and what is published", async () => {
    writeFileSync(file("caller"), CALLER);
    writeFileSync(file("broken"), "flow: broken\nstart: nowhere\nnodes: {}\n");
    await post("/api/flows/hello/publish", { note: "première" });
    const [broken, caller, hello] = await list();
    expect(broken).toMatchObject({ id: "broken", state: "draft", findings: { errors: 1 }, version: null });
    expect(caller).toMatchObject({ id: "caller", channels: ["sms"], triggers: ["keyword"], nodes: 2, hasFile: true });
    expect(hello).toMatchObject({
      id: "hello",
      name: null,
      channels: ["whatsapp", "sms", "web"],
      state: "published",
      findings: { errors: 0 },
      version: 1,
      publishedBy: "administrator",
      note: "première",
      liveRuns: 0,
    });
    expect(hello?.changedAt).toMatch(/^\d{4}-\d{2}-\d{2}T/);
    writeFileSync(file("hello"), `${FLOW}# changed\n`);
    expect((await list())[2]).toMatchObject({ state: "changed", version: 1 });
  });

  test("follows the files around a flow: a finding goes when what it misses comes", async () => {
    writeFileSync(file("caller"), CALLER.replace("flow: hello", "flow: other"));
    expect((await list())[0]).toMatchObject({ id: "caller", findings: { errors: 1 } });
    writeFileSync(file("other"), FLOW.replace("flow: hello", "flow: other"));
    expect((await list())[0]).toMatchObject({ id: "caller", findings: { errors: 0 } });
  });
});

describe("a new flow", () => {
  test("comes from a template with its playbook, under the name that was asked for", async () => {
    const { items } = (await (await relais.ask("/api/flow-templates")).json()) as {
      items: { id: string; name: unknown; description: unknown; hasPlaybook: boolean }[];
    };
    expect(items.length).toBeGreaterThan(4);
    expect(items.find(({ id }) => id === "faq")).toMatchObject({ hasPlaybook: true, name: { fr: expect.any(String) } });
    const made = await post("/api/flows", { id: "aide", name: "Aide", template: "faq" });
    expect(made.status).toBe(201);
    const { document } = parseFlow(onDisk("aide"), { file: "aide" });
    expect(document).toMatchObject({ flow: "aide", name: "Aide" });
    expect(readFileSync(join(relais.flowsDir, "aide.playbook.yaml"), "utf8")).toContain("playbook: aide");
    expect((await post("/api/flows/aide/publish", {})).status).toBe(200);
  });

  test("comes from YAML, or begins with one message, and runs", async () => {
    expect((await post("/api/flows", { id: "simple" })).status).toBe(201);
    expect((await post("/api/flows", { id: "copy", source: FLOW })).status).toBe(201);
    expect(onDisk("copy")).toBe(FLOW.replace("flow: hello", "flow: copy"));
    expect((await post("/api/flows/simple/publish", {})).status).toBe(200);
  });

  test("replaces nothing, and has a plain name", async () => {
    expect((await post("/api/flows", { id: "hello" })).status).toBe(409);
    expect((await post("/api/flows", { id: "Hello" })).status).toBe(409);
    for (const id of ["../x", "a/b", "a.b", "", "constructor", "con.flow", "é", "a\u0000b", "x".repeat(65)])
      expect((await post("/api/flows", { id })).status, id).toBe(400);
    expect((await post("/api/flows", { id: "x", template: "nothing" })).status).toBe(404);
    expect((await post("/api/flows", { id: "x", source: "nodes: [" })).status).toBe(422);
    expect(readdirSync(relais.flowsDir)).toEqual(["hello.flow.yaml"]);
    expect(onDisk("hello")).toBe(FLOW);
  });
});

describe("a flow file", () => {
  test("is copied, comments and all", async () => {
    expect((await post("/api/flows/hello/duplicate", { id: "second", name: "Deuxième" })).status).toBe(201);
    expect(onDisk("second")).toContain("# kept as it is");
    expect(parseFlow(onDisk("second"), { file: "second" }).document).toMatchObject({
      flow: "second",
      name: "Deuxième",
    });
    expect((await post("/api/flows/hello/duplicate", { id: "second" })).status).toBe(409);
    expect((await post("/api/flows/nothing/duplicate", { id: "third" })).status).toBe(404);
  });

  test("gets another name, also where others call it, and the old one answers until the new one replaces it", async () => {
    writeFileSync(file("caller"), CALLER);
    await post("/api/flows/hello/publish", {});
    const renamed = await post("/api/flows/hello/rename", { id: "bonjour" });
    expect(renamed).toMatchObject({ status: 200, body: { id: "bonjour", changed: ["caller"], published: "hello" } });
    expect(existsSync(file("hello"))).toBe(false);
    expect(onDisk("bonjour")).toBe(FLOW.replace("flow: hello", "flow: bonjour"));
    expect(onDisk("caller")).toContain("# what it calls");
    expect(parseFlow(onDisk("caller")).document?.nodes.first).toMatchObject({ flow: "bonjour" });
    expect((await list()).find(({ id }) => id === "hello")).toMatchObject({ hasFile: false, state: "published" });
    expect((await post("/api/flows/bonjour/publish", { replaces: "hello" })).status).toBe(200);
    expect((await list()).map(({ id, state }) => `${id} ${state}`)).toEqual(["bonjour published", "caller draft"]);
  });

  test("does not take a name away from published flows that still call it", async () => {
    writeFileSync(file("caller"), CALLER);
    await post("/api/flows/hello/publish", {});
    await post("/api/flows/caller/publish", {});
    await post("/api/flows/hello/rename", { id: "bonjour" });
    const refused = await post("/api/flows/bonjour/publish", { replaces: "hello" });
    expect(refused).toMatchObject({ status: 409, body: { calls: [{ flow: "caller", nodes: ["first"] }] } });
    await post("/api/flows/bonjour/publish", {});
    await post("/api/flows/caller/publish", {});
    expect((await post("/api/flows/bonjour/publish", { replaces: "hello" })).status).toBe(200);
  });

  test("is removed only when nothing depends on it, or when that is wanted", async () => {
    writeFileSync(file("caller"), CALLER);
    await post("/api/flows/hello/publish", {});
    const refused = await post("/api/flows/hello", undefined, "DELETE");
    expect(refused).toMatchObject({
      status: 409,
      body: { dependents: { calls: [{ flow: "caller", nodes: ["first"], published: false }], isPublished: true } },
    });
    expect(existsSync(file("hello"))).toBe(true);
    const removed = await post("/api/flows/hello?force=true", undefined, "DELETE");
    expect(removed).toMatchObject({ status: 200, body: { removed: "hello", source: FLOW } });
    expect((await list()).map(({ id }) => id)).toEqual(["caller"]);
    expect((await post("/api/flows/hello", undefined, "DELETE")).status).toBe(404);
  });

  test("that others changed meanwhile is not overwritten: both texts come back", async () => {
    const etag = (await relais.ask("/api/flows/hello")).headers.get("etag") ?? "";
    writeFileSync(file("hello"), `${FLOW}# theirs\n`);
    const answer = await relais.ask("/api/flows/hello", {
      method: "PUT",
      body: `${FLOW}# mine\n`,
      headers: { "if-match": etag },
    });
    expect(answer.status).toBe(412);
    const conflict = (await answer.json()) as { theirs: string; yours: string; etag: string };
    expect(conflict).toMatchObject({ theirs: `${FLOW}# theirs\n`, yours: `${FLOW}# mine\n` });
    expect(onDisk("hello")).toBe(`${FLOW}# theirs\n`);
    const again = await relais.ask("/api/flows/hello", {
      method: "PUT",
      body: conflict.yours,
      headers: { "if-match": conflict.etag },
    });
    expect(again.status).toBe(200);
  });

  test("that is written without a condition brings back what it replaced", async () => {
    const answer = await relais.ask("/api/flows/hello", { method: "PUT", body: `${FLOW}# mine\n` });
    expect(await answer.json()).toMatchObject({ replaced: FLOW });
    expect(readdirSync(relais.flowsDir)).toEqual(["hello.flow.yaml"]);
  });
});

describe("what is published", () => {
  const put = (source: string) => relais.ask("/api/flows/hello", { method: "PUT", body: source });
  const read = async (path: string) => (await (await relais.ask(path)).json()) as never;

  test("has a history with who, when and a note, and any two of its versions compare in plain words", async () => {
    expect(await read("/api/flows/hello/difference")).toMatchObject({
      words: { fr: "Ajoute 1 message, ajoute 1 fin." },
    });
    await post("/api/flows/hello/publish", { note: "première" });
    await put(FLOW.replace("Bonjour !", "Bonsoir !"));
    expect(await read("/api/flows/hello/difference")).toMatchObject({
      words: { fr: "Change 1 texte.", en: "Changes 1 text." },
      nodes: [{ type: "changed", id: "greeting", fields: [{ before: "Bonjour !", after: "Bonsoir !", kind: "text" }] }],
      samples: { before: { chat: [{ bot: "Bonjour !" }] }, after: { chat: [{ bot: "Bonsoir !" }] } },
    });
    await post("/api/flows/hello/publish", { note: "le soir" });
    expect(await read("/api/flows/hello/versions")).toMatchObject({
      items: [
        { number: 2, note: "le soir", by: "administrator", isCurrent: true, liveRuns: 0 },
        { number: 1, note: "première", isCurrent: false, createdAt: expect.stringMatching(/^\d{4}-/) },
      ],
    });
    expect(await read("/api/flows/hello/versions/1")).toMatchObject({ number: 1, source: FLOW });
    expect(await read("/api/flows/hello/difference?from=2&to=1")).toMatchObject({ words: { fr: "Change 1 texte." } });
    expect((await relais.ask("/api/flows/hello/versions/9")).status).toBe(404);
    expect((await relais.ask("/api/flows/hello/difference?from=9")).status).toBe(404);
  });

  test("comes back as a new publication, and takes the draft along when that holds nothing of its own", async () => {
    await post("/api/flows/hello/publish", {});
    await put(FLOW.replace("Bonjour !", "Bonsoir !"));
    await post("/api/flows/hello/publish", {});
    const back = await post("/api/flows/hello/rollback", { number: 1, note: "retour" });
    expect(back).toMatchObject({ status: 200, body: { version: 3, draftReplaced: true, told: 0 } });
    expect(onDisk("hello")).toBe(FLOW);
    await put(`${FLOW}# à moi\n`);
    expect((await post("/api/flows/hello/rollback", { number: 2 })).body).toMatchObject({ draftReplaced: false });
    expect(onDisk("hello")).toBe(`${FLOW}# à moi\n`);
    expect((await post("/api/flows/hello/rollback", { number: 77 })).status).toBe(404);
  });

  test("tells who is in it, and what talks of older versions shall do", async () => {
    expect(await read("/api/flows/hello/live-runs")).toEqual({ total: 0, counted: 0, movable: 0, nodes: [] });
    expect((await post("/api/flows/hello/live-runs", { how: "move" })).status).toBe(404);
    expect(await post("/api/flows/hello/publish", { live: "move" })).toMatchObject({ status: 200, body: { told: 0 } });
    expect((await post("/api/flows/hello/publish", { live: "anything" })).status).toBe(400);
    expect((await post("/api/flows/hello/unpublish", {})).status).toBe(200);
    expect((await list())[0]).toMatchObject({ state: "draft", version: null });
  });
});

describe("flow files that leave and enter", () => {
  test("are the same bytes afterwards", async () => {
    writeFileSync(file("caller"), CALLER);
    const bundle = await (await relais.ask("/api/flow-files")).json();
    expect(bundle).toEqual({
      files: [
        { name: "caller.flow.yaml", source: CALLER },
        { name: "hello.flow.yaml", source: FLOW },
      ],
    });
    await post("/api/flows/hello?force=true", undefined, "DELETE");
    expect((await post("/api/flow-files", bundle)).status).toBe(200);
    expect(onDisk("hello")).toBe(FLOW);
    expect((await relais.ask("/api/flow-files?ids=hello,nothing")).status).toBe(404);
  });

  test("do not replace others unless that is wanted; with new names they go on calling each other", async () => {
    writeFileSync(file("caller"), CALLER);
    const files = [
      { name: "caller.flow.yaml", source: `${CALLER}# new\n` },
      { name: "hello.flow.yaml", source: `${FLOW}# new\n` },
    ];
    const refused = await post("/api/flow-files", { files });
    expect(refused).toMatchObject({ status: 409, body: { files: ["caller.flow.yaml", "hello.flow.yaml"] } });
    expect(onDisk("hello")).toBe(FLOW);
    const beside = await post("/api/flow-files", { files, existing: "rename" });
    expect(beside).toMatchObject({ status: 200, body: { renamed: { caller: "caller-2", hello: "hello-2" } } });
    expect(parseFlow(onDisk("caller-2")).document?.nodes.first).toMatchObject({ flow: "hello-2" });
    expect(onDisk("hello")).toBe(FLOW);
    expect((await post("/api/flow-files", { files, existing: "replace" })).status).toBe(200);
    expect(onDisk("hello")).toBe(`${FLOW}# new\n`);
  });

  test("have plain names and playbooks that can be read", async () => {
    const import_ = (name: string, source = FLOW) => post("/api/flow-files", { files: [{ name, source }] });
    expect((await import_("../x.flow.yaml")).status).toBe(400);
    expect((await import_("x.sh")).status).toBe(400);
    expect((await import_("x.playbook.yaml", "nonsense: true")).status).toBe(422);
    expect(readdirSync(relais.flowsDir)).toEqual(["hello.flow.yaml"]);
  });
});

describe("a change on the disk", () => {
  test("is told to those who look at flows, whoever made it", async () => {
    const stream = await relais.ask("/api/events");
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    let heard = "";
    const hears = async (wanted: RegExp): Promise<string> => {
      for (;;) {
        const match = wanted.exec(heard);
        if (match) return match[0];
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${heard}`);
        heard += new TextDecoder().decode(value);
      }
    };
    await hears(/retry/);
    // By hand, again and again: the first writes may come before the folder is looked at.
    const byHand = setInterval(() => writeFileSync(file("hello"), `${FLOW}# ${Math.random()}\n`), 200);
    await hears(/"type":"flowFile","flow":"hello","etag":"\\"[0-9a-f]{32}\\""/);
    clearInterval(byHand);
    await post("/api/flows", { id: "made" });
    await hears(/"flow":"made"/);
    await post("/api/flows/made", undefined, "DELETE");
    await hears(/"flow":"made","etag":null/);
    await reader.cancel();
  });
});
