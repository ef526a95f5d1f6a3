import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { FlowVersionId } from "../../../../engine/core/domain/ids.ts";
import { compileFlow, type FlowMachine } from "../../../../engine/core/flow/compile.ts";
import { parseFlow } from "../../../../engine/core/flow/parse.ts";
import { advance, begin } from "../../../../engine/core/run/advance.ts";
import { moveRun } from "../../../../engine/core/run/move.ts";
import type { Advance, RunEvent } from "../../../../engine/core/run/run.ts";
import { MOMENT } from "../../../support/moment.ts";

const TALK = `flow: talk
languages: [fr]
triggers: [{ on: message }]
variables: { city: { default: Lyon } }
start: size
nodes:
  size:
    type: choose
    text: Quelle taille ?
    choices: [{ id: s, label: Petit }, { id: l, label: Grand }]
    saveAs: size
    timeoutHours: 2
    exits: { s: name, l: name, timeout: bye }
  name: { type: ask, text: "{{ size }} : votre nom ?", saveAs: name, timeoutHours: 2, exits: { next: bye, timeout: bye } }
  bye: { type: end, text: "Au revoir" }
`;
const machineOf = (source: string, id: string): FlowMachine => {
  const { document, diagnostics } = parseFlow(source);
  if (!document) throw new Error(JSON.stringify(diagnostics));
  return compileFlow(document, id as FlowVersionId);
};
const old = machineOf(TALK, "ver_1");
const library = (...machines: readonly FlowMachine[]) => ({
  version: (id: string) => machines.find(({ versionId }) => versionId === id),
  current: () => undefined,
});
const standing = begin(library(old), old, { variables: {} }, MOMENT);
/** Moves a run that waits at `size`; the reasons in English, or where it stands. */
function moved(source: string, at: Advance = standing) {
  const next = machineOf(source, "ver_2");
  const done = moveRun(at.state, ({ versionId }) => library(old).version(versionId), next);
  return done.type === "stays" ? done.reasons.map(({ en }) => en) : { next, state: done.state };
}

describe("a run that waits in an old version", () => {
  test("goes on in the new one where everything that it needs is there", () => {
    const found = moved(TALK.replace("Petit", "Minuscule").replace("text: Quelle taille ?", "text: Et la taille ?"));
    if (Array.isArray(found)) throw new Error(found.join(" "));
    const { next, state } = found as { next: FlowMachine; state: Advance["state"] };
    expect(state.frames[0]?.versionId).toBe("ver_2");
    const answered = advance(
      library(old, next),
      state,
      { type: "message", content: { type: "text", text: "grand" } },
      MOMENT,
    );
    expect(answered.effects).toContainEqual(
      expect.objectContaining({ content: { type: "text", text: "Grand : votre nom ?" } }),
    );
  });

  test.each([
    [
      "its block is gone",
      TALK.replaceAll("size:\n", "taille:\n").replace("start: size", "start: taille"),
      /no longer there/,
    ],
    [
      "its block is of another kind",
      TALK.replace(
        / {2}size:[\s\S]*? {2}name:/,
        "  size: { type: ask, text: Taille, saveAs: size, timeoutHours: 2, exits: { next: name, timeout: bye } }\n  name:",
      ),
      /another kind/,
    ],
    [
      "its block waits no more",
      TALK.replace(
        "    timeoutHours: 2\n    exits: { s: name, l: name, timeout: bye }",
        "    exits: { s: name, l: name }",
      ),
      /no longer waits for the same/,
    ],
    [
      "a choice on the customer's screen is gone",
      TALK.replace("{ id: l, label: Grand }", "{ id: m, label: Moyen }").replace("l: name", "m: name"),
      /still see the choice "l"/,
    ],
    [
      "what follows reads what it never had",
      TALK.replace('text: "Au revoir"', 'text: "Au revoir {{ street }}"'),
      /do not have: street/,
    ],
  ])("stays when %s", (_, source, reason) => {
    expect(moved(source)).toEqual([expect.stringMatching(reason)]);
  });

  test("gets the new defaults, keeps its own values, and needs none for what is asked before it is read", () => {
    const source = TALK.replace(
      "variables: { city: { default: Lyon } }",
      "variables: { city: { default: Paris }, gift: { default: thé } }",
    )
      .replace('text: "Au revoir"', 'text: "Au revoir {{ name }} de {{ city }}, {{ gift }} offert"')
      .replaceAll("timeout: bye", "timeout: late")
      .concat("  late: { type: end }\n");
    const found = moved(source);
    if (Array.isArray(found)) throw new Error(found.join(" "));
    const { next, state } = found as { next: FlowMachine; state: Advance["state"] };
    const say = (at: Advance["state"], text: string): Advance =>
      advance(library(old, next), at, { type: "message", content: { type: "text", text } }, MOMENT);
    const end = say(say(state, "petit").state, "Léa");
    expect(end.effects).toContainEqual(
      expect.objectContaining({ content: { type: "text", text: "Au revoir Léa de Lyon, thé offert" } }),
    );
  });

  test("keeps its timer: the old deadline opens the new way", () => {
    const found = moved(TALK.replace("timeoutHours: 2\n", "timeoutHours: 9\n"));
    const { next, state } = found as { next: FlowMachine; state: Advance["state"] };
    const timer = standing.effects.find((effect) => effect.type === "startTimer");
    const event: RunEvent = { type: "timer", name: timer?.type === "startTimer" ? timer.name : "" };
    expect(advance(library(old, next), state, event, MOMENT).status).toBe("done");
  });
});

test("a talk that is moved to the same flow again and again goes on as if nothing had happened", () => {
  const root = new URL("../../../../", import.meta.url).pathname;
  let compared = 0;
  for (const file of readdirSync(`${root}flows`).filter((name) => name.endsWith(".flow.yaml"))) {
    const source = readFileSync(`${root}flows/${file}`, "utf8");
    const versions = [0, 1, 2, 3].map((number) => machineOf(source, `ver_${number}`));
    const [first] = versions as [FlowMachine];
    const events = repliesIn(`${root}tests/flows`, first.flow);
    for (const replies of events) {
      const known = library(...versions);
      let still: Advance = begin(known, first, { variables: {} }, MOMENT);
      let moving = still;
      for (const [index, event] of replies.entries()) {
        const to = versions[(index + 1) % 4] as FlowMachine;
        const done = moveRun(moving.state, ({ versionId }) => known.version(versionId), to);
        if (moving.status !== "active" || done.type === "stays") {
          expect(moving.status, JSON.stringify(done)).not.toBe("active");
          break;
        }
        still = advance(known, still.state, event, MOMENT);
        moving = advance(known, done.state, event, MOMENT);
        expect(moving.effects).toEqual(still.effects);
        expect(moving.path).toEqual(still.path);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(50);
});

/** What contacts say in the transcripts of a flow. */
function repliesIn(folder: string, flow: string): readonly (readonly RunEvent[])[] {
  const files = readdirSync(folder).filter((name) => name.startsWith(`${flow}.`) && name.endsWith(".transcript.yaml"));
  return files.map((name) => {
    const script = parse(readFileSync(`${folder}/${name}`, "utf8")) as { lines?: object[] } | object[];
    const lines = (Array.isArray(script) ? script : (script.lines ?? [])) as Record<string, string>[];
    return lines.flatMap((line): readonly RunEvent[] => {
      const text = line.contact ?? line.tap;
      return text === undefined ? [] : [{ type: "message", content: { type: "text", text } }];
    });
  });
}
