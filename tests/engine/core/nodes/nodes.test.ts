import { describe, expect, test } from "vitest";
import { whatsapp } from "../../../../channels/whatsapp/index.ts";
import type { Json, JsonObject } from "../../../../engine/core/domain/json.ts";
import type { NodeEvent, NodeMoment } from "../../../../engine/core/nodes/node-type.ts";
import { nodeTypeOf, nodeTypes } from "../../../../engine/core/nodes/registry.ts";
import type { Offer } from "../../../../engine/core/run/offer.ts";
import { expectGolden, goldenCases } from "../../../support/golden.ts";

/** A node as its author writes it and what it is told, each event by itself. */
interface NodeCase {
  readonly node: JsonObject;
  readonly language?: string;
  readonly told?: readonly Told[];
}
interface Told {
  readonly event: NodeEvent;
  readonly offer?: Offer;
  readonly kept?: Json;
  readonly tries?: number;
  readonly variables?: JsonObject;
}

const FOLDER = new URL(".", import.meta.url).pathname;
const files = goldenCases<Readonly<Record<string, NodeCase>>>(FOLDER);

describe("node types", () => {
  test.each([...nodeTypes.keys()])("%s has golden cases", (type) => {
    expect(files.map(({ name }) => name)).toContain(type);
  });

  test.each(files)("$name is what its cases say", (file) => {
    const seen = Object.entries(file.given).map(([name, one]) => [name, look(file.name, one)]);
    expectGolden(file, Object.fromEntries(seen));
  });

  test.each(files)("every exit that $name takes is one that it has", ({ name, given }) => {
    for (const one of Object.values(given)) {
      const { exits, reactions, always } = look(name, one);
      const names = exits.map((exit) => exit.name);
      for (const reaction of reactions) if (reaction?.type === "exit") expect(names).toContain(reaction.exit);
      for (const way of always) expect(names).toContain(way);
    }
  });

  test.each([...nodeTypes.values()])("$type speaks both languages and knows no other field", (type) => {
    expect(type.label.fr && type.label.en && type.description.fr && type.description.en).toBeTruthy();
    const [given] = Object.values(files.find(({ name }) => name === type.type)?.given ?? {});
    expect(type.schema.safeParse({ ...given?.node, surprise: 1 }).success).toBe(false);
  });
});

describe("nodes that cannot be", () => {
  test.each([
    ["a message without words", { type: "say" }],
    ["two choices of one id", { type: "choose", text: "?", choices: [choice("a"), choice("a")] }],
    ["a choice that is called timeout", { type: "choose", text: "?", choices: [choice("timeout")] }],
    ["a choice without answers", { type: "ask", text: "?", expect: "choice", saveAs: "x" }],
    ["a host that a visitor fills", { type: "http", url: "https://{{ lastText }}/x" }],
    ["a port that a visitor fills", { type: "http", url: "https://api.example.com:{{ p }}/x" }],
    ["a user before the host", { type: "http", url: "https://a@{{ host }}" }],
    ["a header in two lines", { type: "http", url: "https://api.example.com/", headers: { a: "b\r\nc: d" } }],
    ["two receivers", { type: "notify", text: "x", phone: "+33639980001", email: "a@example.com" }],
    ["nothing to understand", { type: "understand" }],
    ["an intent called other", { type: "understand", intents: [choice("other")] }],
    ["a condition called otherwise", { type: "branch", conditions: [{ id: "otherwise", when: "true" }] }],
  ])("%s is refused", (_, node) => {
    expect(nodeTypeOf(node.type).schema.safeParse(node).success).toBe(false);
  });
});

function choice(id: string): JsonObject {
  return { id, label: id };
}

function look(name: string, { node: written, language = "fr", told = [] }: NodeCase) {
  const type = nodeTypeOf(name);
  const node = type.schema.parse(written);
  const sketch = type.compile(node, "here");
  return {
    exits: type.exits(node),
    sketch,
    always: (sketch.always ?? []).map(({ exit }) => exit),
    contents: type.contents(node, language),
    texts: type.texts(node).map(({ path, role }) => `${path.join(".")}: ${role}`),
    variables: type.variables(node),
    waitsFor: type.waitsFor(node),
    preview: type.preview(node, language),
    reactions: told.map((one) => type.receive?.(node, one.event, momentOf(one, language)) ?? null),
  };
}

function momentOf({ offer, kept, tries, variables }: Told, language: string): NodeMoment {
  return {
    node: "here",
    offer: offer ?? null,
    reasks: 2,
    variables: variables ?? {},
    tries: tries ?? 0,
    kept: kept ?? null,
    now: "2026-03-02T09:00:00.000Z",
    language,
    contact: {
      ...{ name: "Awa Diallo", firstName: "Awa", language: null, phone: null, email: null },
      ...{ fields: {}, labels: [], optedOut: [] },
      id: "con_1" as NodeMoment["contact"]["id"],
    } as unknown as NodeMoment["contact"],
    conversation: { id: "cnv_1", channel: "whatsapp", windowOpen: true },
    capabilities: whatsapp.capabilities,
    workspace: {
      id: "wsp_1" as NodeMoment["workspace"]["id"],
      ...{ name: "Atelier", languages: ["fr", "en"], country: "FR", timeZone: "Europe/Paris", currency: "EUR" },
      hours: { mon: ["09:00-18:00"], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [], holidays: [] },
      ...{ sentences: {}, botEnabled: true, burstWindowMs: 1000 },
    },
  };
}
