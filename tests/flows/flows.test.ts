import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { channels } from "../../channels/registry.ts";
import { checkFlow } from "../../engine/core/flow/checks/registry.ts";
import { compileFlow, type FlowMachine } from "../../engine/core/flow/compile.ts";
import { parseFlow } from "../../engine/core/flow/parse.ts";
import { playTranscript, transcriptSchema } from "../../engine/core/flow/transcript.ts";
import { nodeTypeOf } from "../../engine/core/nodes/registry.ts";
import { parsePlaybook } from "../../engine/core/playbook/playbook.ts";
import { MOMENT } from "../support/moment.ts";

const FLOWS = new URL("../../flows/", import.meta.url).pathname;
const HERE = new URL(".", import.meta.url).pathname;
const named = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
const playbooks = named(FLOWS, ".playbook.yaml");
const flows = named(FLOWS, ".flow.yaml").map((id) => ({
  id,
  parsed: parseFlow(readFileSync(`${FLOWS}${id}.flow.yaml`, "utf8"), { file: id }),
}));
const machines = new Map<string, FlowMachine>(
  flows.flatMap(({ id, parsed }) =>
    parsed.document ? [[id, compileFlow(parsed.document, `ver_${id}` as never)] as const] : [],
  ),
);
const library = {
  version: (id: string) => machines.get(id.slice("ver_".length)),
  current: (flow: string) => machines.get(flow),
};
const TEMPLATES = `${FLOWS}templates/`;
const templates = named(TEMPLATES, ".flow.yaml").map((id) => ({
  id,
  parsed: parseFlow(readFileSync(`${TEMPLATES}${id}.flow.yaml`, "utf8"), { file: id }),
}));
const transcripts = named(HERE, ".transcript.yaml");

/** Ways that only a broken line or a broken service opens: the engine's own tests take them. */
const BROKEN_LINE = new Set(["failed", "windowClosed"]);

describe("the flows that are shipped", () => {
  test.each(flows)("$id parses and checks without error or warning", ({ id, parsed }) => {
    const others = flows.flatMap((other) => (other.id !== id && other.parsed.document ? [other.parsed.document] : []));
    const found = [
      ...parsed.diagnostics,
      ...checkFlow(parsed, { channels: [...channels], flows: others, templates: null, playbooks }),
    ];
    expect(
      found
        .filter(({ severity }) => severity !== "info")
        .map(({ code, message, range }) => `${range.start.line}: ${message.en} [${code}]`),
    ).toEqual([]);
  });

  test.each(templates)(
    "template $id parses, checks without error or warning, and says what it is for",
    ({ id, parsed }) => {
      const known = named(TEMPLATES, ".playbook.yaml");
      const context = { channels: [...channels], flows: [], templates: null, playbooks: known };
      const found = [...parsed.diagnostics, ...checkFlow(parsed, context)];
      expect(
        found.filter(({ severity }) => severity !== "info").map(({ code, message }) => `${message.en} [${code}]`),
      ).toEqual([]);
      expect(parsed.document?.description).toEqual({ fr: expect.any(String), en: expect.any(String) });
      if (known.includes(id))
        expect(parsePlaybook(readFileSync(`${TEMPLATES}${id}.playbook.yaml`, "utf8")).diagnostics).toEqual([]);
    },
  );

  test.each(playbooks)("playbook %s parses", (id) => {
    expect(parsePlaybook(readFileSync(`${FLOWS}${id}.playbook.yaml`, "utf8")).diagnostics).toEqual([]);
  });

  const taken = new Set<string>();
  test.each(transcripts)("%s", (name) => {
    const flow = machines.get(name.split(".")[0] ?? "");
    if (!flow) throw new Error(`there is no flow for ${name}`);
    const script = transcriptSchema.parse(parse(readFileSync(`${HERE}${name}.transcript.yaml`, "utf8")));
    const played = playTranscript(flow, library as never, script, MOMENT);
    for (const one of played.taken) taken.add(one);
    expect(played.problems).toEqual([]);
  });

  test.each(flows)("every exit of $id is taken by a transcript", ({ id, parsed }) => {
    const exits = Object.entries(parsed.document?.nodes ?? {}).flatMap(([node, one]) =>
      nodeTypeOf(one.type)
        .exits(one)
        .filter(({ name }) => one.exits?.[name] !== undefined && !BROKEN_LINE.has(name))
        .map(({ name }) => `${id} ${node} ${name}`),
    );
    expect(exits.length).toBeGreaterThan(0);
    expect(exits.filter((exit) => !taken.has(exit))).toEqual([]);
  });
});
