import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channels } from "../../../../../channels/registry.ts";
import type { Diagnostic } from "../../../../../engine/core/domain/diagnostic.ts";
import type { CheckContext } from "../../../../../engine/core/flow/checks/check.ts";
import { checkFlow, checks } from "../../../../../engine/core/flow/checks/registry.ts";
import type { FlowDocument } from "../../../../../engine/core/flow/document.ts";
import { applyEdits } from "../../../../../engine/core/flow/edit.ts";
import { parseFlow } from "../../../../../engine/core/flow/parse.ts";
import { nodeTypeOf } from "../../../../../engine/core/nodes/registry.ts";

const FOLDER = new URL(".", import.meta.url);
const FLOWS = new URL("../../../../../flows/", import.meta.url);
const ENDING = ".flow.yaml";

const read = (name: string): string => readFileSync(new URL(`${name}${ENDING}`, FOLDER), "utf8");

function documentOf(source: string): FlowDocument {
  const { document, diagnostics } = parseFlow(source);
  if (!document) throw new Error(JSON.stringify(diagnostics));
  return document;
}

/** The other flows of the workspace: one that asks, one that does not, one that calls the flow under test. */
const around: readonly FlowDocument[] = [
  `flow: adresse
start: q
nodes:
  q: { type: ask, text: Votre adresse ?, saveAs: adresse, exits: { next: z } }
  z: { type: end }`,
  "flow: rapide\nstart: z\nnodes:\n  z: { type: end }",
  "flow: rappelle\nstart: a\nnodes:\n  a: { type: callFlow, flow: essai, exits: { done: z } }\n  z: { type: end }",
  `flow: factures
triggers: [{ on: keyword, keywords: [facture], match: contains }]
start: p
nodes:
  p: { type: handOver }`,
].map(documentOf);

const context: CheckContext = {
  channels,
  flows: around,
  templates: [
    { name: "rappel", language: "fr", status: "APPROVED" },
    { name: "promo", language: "fr", status: "PENDING" },
  ],
  playbooks: ["boutique"],
};

const check = (source: string, more: Partial<CheckContext> = {}): readonly Diagnostic[] => {
  const parsed = parseFlow(source);
  expect(parsed.diagnostics).toEqual([]);
  return checkFlow(parsed, { ...context, ...more });
};
const linesOf = (diagnostics: readonly Diagnostic[], code: string): readonly number[] =>
  [...new Set(diagnostics.filter((one) => one.code === code).map(({ range }) => range.start.line))].sort(
    (a, b) => a - b,
  );

/** `# expect: <code> <line> …` */
function expected(source: string): { readonly code: string; readonly lines: readonly number[] } {
  const [, code = "", lines = ""] = /^# expect: (\S+)((?: \d+)+)\n/.exec(source) ?? [];
  return { code, lines: lines.trim().split(" ").map(Number) };
}

/** The same finding again: its place may have moved. */
const alike = (one: Diagnostic) => (other: Diagnostic) =>
  other.code === one.code && other.node === one.node && other.exit === one.exit && other.message.en === one.message.en;

const files = readdirSync(FOLDER).filter((file) => file.endsWith(ENDING));
const bad = files.filter((file) => file.endsWith(`.bad${ENDING}`)).map((file) => file.slice(0, -ENDING.length));

test("every check has a name of its own, a good and a bad flow; no flow is without a check", () => {
  const codes = checks.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const wanted = codes.flatMap((code) => [`${code}.bad${ENDING}`, `${code}.good${ENDING}`]);
  expect([...files].sort()).toEqual(wanted.sort());
});

describe.each(checks.map(({ code }) => code))("%s", (code) => {
  test("is found where it stands", () => {
    const source = read(`${code}.bad`);
    const { lines, ...said } = expected(source);
    expect(said.code).toBe(code);
    expect(linesOf(check(source), code)).toEqual(lines);
  });

  test("is not found in a good flow, which has no other error", () => {
    const found = check(read(`${code}.good`));
    expect(found.filter((one) => one.code === code || one.severity === "error")).toEqual([]);
  });
});

describe.each(bad)("%s", (name) => {
  const source = read(name);
  const found = check(source);

  test("every finding is a whole sentence in French and English", () => {
    for (const { message, fix } of found) {
      for (const text of [message.fr, message.en]) {
        expect(text).toMatch(/^[\p{Lu}"«].*[.?]$/su);
        expect(text).not.toMatch(/undefined|null|NaN|\[object|\$\{/);
      }
      expect(message.fr).not.toBe(message.en);
      if (fix) expect(fix.title.fr).not.toBe("");
    }
  });

  test("every example is a way of nodes that exist, each with an exit to the next", () => {
    const { nodes } = documentOf(source);
    for (const { example } of found) {
      if (!example) continue;
      expect(example.path.length).toBeGreaterThan(0);
      for (const [index, id] of example.path.entries()) {
        expect(Object.keys(nodes)).toContain(id);
        const next = example.path[index + 1];
        if (next !== undefined) expect(Object.values(nodes[id]?.exits ?? {})).toContain(next);
      }
    }
  });

  test("every fix mends its finding and breaks nothing", () => {
    for (const one of found) {
      if (!one.fix) continue;
      const mended = applyEdits(source, one.fix.edits).source;
      const after = parseFlow(mended);
      expect(after.diagnostics).toEqual([]);
      const rest = checkFlow(after, context);
      expect(rest.filter(alike(one))).toEqual([]);
      const errors = (list: readonly Diagnostic[]): number =>
        list.filter(({ severity }) => severity === "error").length;
      expect(errors(rest)).toBeLessThanOrEqual(errors(found));
    }
  });
});

describe("fixes", () => {
  const mended = (source: string, code: string): string => {
    const fix = check(source).find((one) => one.code === code && one.fix)?.fix;
    if (!fix) throw new Error(`nothing mends ${code}`);
    const after = applyEdits(source, fix.edits).source;
    expect(check(after).filter((one) => one.code === code && one.fix)).toEqual([]);
    return after;
  };

  test("a label is cut to what a button holds, a translation begins as what is there", () => {
    const flow = (label: string) =>
      `flow: essai\nlanguages: [fr, en]\ntriggers: [{ on: message }]\nstart: a\nnodes:
  a: { type: choose, text: { fr: Oui ?, en: Yes? }, choices: [{ id: y, label: ${label} }], exits: { y: p } }
  p: { type: handOver }`;
    expect(mended(flow("Une réponse bien trop longue pour un bouton"), "text-too-long")).toMatch(
      /label: "Une réponse bien…"/,
    );
    expect(mended(flow("{ fr: Oui }"), "missing-translation")).toContain("label: { fr: Oui, en: Oui }");
  });

  test("whatever is wrong at a node that can be reached is shown as a chat", () => {
    const found = check(
      "flow: essai\nlanguages: [fr, en]\ntriggers: [{ on: message }]\nstart: a\nnodes:\n  a: { type: say, text: Un, exits: { next: b } }\n  b: { type: handOver, text: { fr: Deux } }",
    );
    expect(found.find(({ code }) => code === "missing-translation")?.example).toEqual({
      path: ["a", "b"],
      chat: [{ bot: "Un" }, { bot: "Deux" }],
    });
  });
});

describe("examples", () => {
  const exampleOf = (name: string) => {
    const { code } = expected(read(name));
    return check(read(name)).find((one) => one.code === code && one.severity !== "info")?.example;
  };

  test("time that goes by is told in hours", () => {
    expect(exampleOf("outside-window.bad")).toEqual({
      path: ["a", "b", "c", "d"],
      chat: [
        { bot: "Lequel ?" },
        { contact: "Fixe" },
        { event: "20 h plus tard" },
        { event: "5 h plus tard" },
        { bot: "Toujours là ?" },
      ],
    });
  });

  test("a variable that is unset is shown on the way that leaves it so", () => {
    expect(exampleOf("variable-unset.bad")?.chat).toEqual([
      { bot: "Votre nom ?" },
      { event: "2 h plus tard" },
      { bot: "Bonjour {{ nom }}" },
    ]);
  });

  test("a dead end shows the tap that leads into it", () => {
    expect(exampleOf("dead-end.bad")).toMatchObject({
      path: ["a", "b"],
      chat: [{ bot: "Que voulez-vous ?" }, { contact: "Oui" }, { bot: "Merci" }],
    });
  });

  test("a way that begins with a keyword begins with the contact saying it", () => {
    const found = check(
      "flow: essai\ntriggers: [{ on: message }]\ninterrupts: [{ keywords: [aide], to: b }]\nstart: a\nnodes:\n  a: { type: handOver }\n  b: { type: say, text: Voici }",
    );
    expect(found.find(({ code }) => code === "dead-end")?.example?.chat).toEqual([
      { contact: "aide" },
      { bot: "Voici" },
    ]);
  });
});

test("the chat of a long way shows its end, the path all of it", () => {
  const found = check(large(30).replace("n30: { type: handOver }", "n30: { type: say, text: Voilà }"));
  const example = found.find(({ code }) => code === "dead-end")?.example;
  expect(example?.path).toHaveLength(31);
  expect(example?.chat[0]).toEqual({ event: "…" });
  expect(example?.chat.at(-1)).toEqual({ bot: "Voilà" });
});

test("waits in a circle outlast any window, what the contact writes starts it anew", () => {
  const flow = (message: string) =>
    `flow: essai\ntriggers: [{ on: message }]\nstart: a\nnodes:
  a: { type: wait, hours: 1, exits: { next: b } }
  b: { type: ask, text: Alors ?, saveAs: v, timeoutHours: 1, exits: { next: p, timeout: ${message} } }
  p: { type: handOver }`;
  const codesOf = (source: string) => check(source).map(({ code }) => code);
  expect(codesOf(flow("a"))).toContain("outside-window");
  expect(codesOf(flow("p"))).not.toContain("outside-window");
});

test("a call of a flow that asks is a wait, a call of one that does not is none", () => {
  const flow = (called: string) =>
    `flow: essai\nstart: a\nnodes:\n  a: { type: callFlow, flow: ${called}, exits: { done: a } }`;
  const codesOf = (source: string) => check(source).map(({ code }) => code);
  expect(codesOf(flow("rapide"))).toContain("loop-without-wait");
  expect(codesOf(flow("adresse"))).not.toContain("loop-without-wait");
});

describe("severities", () => {
  const severitiesOf = (name: string) => {
    const { code } = expected(read(name));
    return check(read(name))
      .filter((one) => one.code === code)
      .map(({ severity }) => severity);
  };

  test("a wait of unknown length is a hint, a known one that is too long a warning", () => {
    expect([...severitiesOf("outside-window.bad")].sort()).toEqual(["info", "warning"]);
  });

  test("a sure key forbids publishing, what only looks like one does not", () => {
    expect(severitiesOf("secret-in-text.bad")).toEqual(["error", "error", "warning"]);
  });

  test("content that is lost forbids publishing, content that changes does not", () => {
    expect(severitiesOf("unsupported-content.bad")).toEqual(["info", "warning", "info", "error"]);
  });
});

test("the flows that are shipped have neither errors nor warnings", () => {
  const names = readdirSync(FLOWS).filter((file) => file.endsWith(ENDING));
  const sources = names.map((file) => readFileSync(new URL(file, FLOWS), "utf8"));
  const documents = sources.map(documentOf);
  const playbooks = readdirSync(FLOWS)
    .filter((file) => file.endsWith(".playbook.yaml"))
    .map((file) => file.slice(0, -".playbook.yaml".length));
  for (const [index, source] of sources.entries()) {
    const flows = documents.filter((_, other) => other !== index);
    const found = check(source, { flows, playbooks, templates: null });
    expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
  }
});

test("without knowledge of the provider's templates nothing is said of them", () => {
  const codes = check(read("template-unknown.bad"), { templates: null }).map(({ code }) => code);
  expect(codes).not.toContain("template-unknown");
});

/** A node of any type, with exits that lead anywhere or nowhere. */
const aNode = fc
  .record({
    type: fc.constantFrom(
      "say",
      "choose",
      "ask",
      "wait",
      "branch",
      "set",
      "callFlow",
      "handOver",
      "end",
      "answer",
      "goTo",
    ),
    exits: fc.dictionary(
      fc.constantFrom("next", "oui", "other", "timeout", "failed", "otherwise", "x"),
      fc.constantFrom("n0", "n1", "n2", "n3", "nulle-part"),
    ),
    text: fc.oneof(fc.constantFrom("{{ a }}", "{% if a and b or c %}", "{{", "", "Oui", "2"), fc.string()),
    time: fc.integer({ min: 1, max: 700 }),
    flow: fc.constantFrom("essai", "adresse", "rapide", "rappelle", "nulle-part"),
  })
  .map(({ type, exits, text, time, flow }) => {
    const fields: Record<string, object> = {
      say: { text },
      choose: {
        text,
        choices: [
          { id: "oui", label: text },
          { id: "x", label: "Oui", synonyms: ["2"] },
        ],
        timeoutHours: time,
      },
      ask: { text, saveAs: "a", timeoutHours: time },
      wait: { hours: time },
      branch: { conditions: [{ id: "x", when: text === "" ? "b" : text.slice(0, 400) }] },
      set: { values: { b: text, c: { expression: "a | plus: 1" } } },
      callFlow: { flow },
      handOver: { text },
      answer: {},
    };
    const node = { type, ...fields[type] };
    const known = new Set(
      nodeTypeOf(type)
        .exits(node)
        .map(({ name }) => name),
    );
    return { ...node, exits: Object.fromEntries(Object.entries(exits).filter(([name]) => known.has(name))) };
  });

test("no flow that parses makes the checks throw, and every finding stands in its text", () => {
  let parsed = 0;
  fc.assert(
    fc.property(
      fc.array(aNode, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("n0", "n1", "ailleurs"),
      (list, start) => {
        const nodes = Object.fromEntries(list.map((node, index) => [`n${index}`, node]));
        const interrupts = [{ keywords: ["oui"], to: "n1" }];
        const source = JSON.stringify({
          flow: "essai",
          languages: ["fr", "en"],
          triggers: [{ on: "message" }],
          interrupts,
          start,
          nodes,
        });
        const flow = parseFlow(source);
        if (flow.document) parsed++;
        for (const { range } of checkFlow(flow, context)) {
          expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
          expect(range.end.offset).toBeLessThanOrEqual(source.length);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(parsed).toBeGreaterThan(100);
});

/** A flow of many nodes: questions, values and messages in a long row. */
function large(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const next = `n${index + 1}`;
    if (index % 3 === 0)
      return `  n${index}: { type: choose, text: "Et {{ v${Math.max(1, index - 2)} }} ?", choices: [{ id: a, label: Oui }], exits: { a: ${next} } }`;
    if (index % 3 === 1) return `  n${index}: { type: set, values: { v${index}: x }, exits: { next: ${next} } }`;
    return `  n${index}: { type: say, text: "Bonjour {{ v${index - 1} }}", exits: { next: ${next} } }`;
  });
  const end = `  n${count}: { type: handOver }`;
  return `flow: essai\ntriggers: [{ on: message }]\nstart: n0\nnodes:\n${[...rows, end].join("\n")}\n`;
}

test("a chain of several thousand nodes is checked without running out of stack", () => {
  const circle = large(6000).replace(/type: choose.*?exits: \{ a:/g, "type: goTo, exits: { next:");
  const source = circle.replace("n6000: { type: handOver }", "n6000: { type: goTo, exits: { next: n0 } }");
  expect(check(source).filter(({ code }) => code === "loop-without-wait")).toHaveLength(1);
});

test("a thousand nodes take time in proportion to a hundred", () => {
  const small = parseFlow(large(100));
  const big = parseFlow(large(1000));
  const time = (flow: typeof big): number => {
    const runs = Array.from({ length: 5 }, () => {
      // Time of this thread's own work: what others do on the machine does not count.
      const before = process.threadCpuUsage();
      checkFlow(flow, context);
      return process.threadCpuUsage(before).user / 1000;
    });
    return Math.min(...runs);
  };
  time(small);
  // Ten times the nodes; a quadratic check would take a hundred times as long.
  expect(time(big)).toBeLessThan(Math.max(250, 70 * time(small)));
});
