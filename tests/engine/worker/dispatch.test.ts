import { afterEach, expect, test } from "vitest";
import type { ClaimedEffect } from "../../../engine/ports.ts";
import { createDispatch } from "../../../engine/worker/dispatch.ts";
import { createLibrary } from "../../../engine/worker/library.ts";
import { openTestStore, say, type TestStore } from "../../support/stores.ts";

const FLOW = `flow: attente
languages: [fr]
triggers: [{ on: message }]
start: pause
nodes:
  pause: { type: wait, seconds: 2, exits: { next: later } }
  later: { type: end, text: Deux secondes plus tard. }
`;

let at: TestStore;
afterEach(() => at.close());

/** Lets everything happen that needs no more than this moment. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((done) => setImmediate(done));
}

test("a timer fires at its moment, although nobody looks into the mailbox for a long time", async () => {
  at = await openTestStore(null);
  const { store, clock, workspaceId } = at;
  await store.flows.publish(workspaceId, { flow: "attente", source: FLOW, playbook: null, note: "", by: "test" });
  const quiet = (): void => {};
  const library = createLibrary(store);
  await library.refresh();
  const begun: ClaimedEffect[] = [];
  const dispatch = createDispatch({
    store,
    library,
    clock,
    log: { info: quiet, warn: quiet, error: quiet },
    claim: () => true,
    perform: (effects) => begun.push(...effects),
    pollMs: 60_000,
  });
  await dispatch.poll();
  const { due } = await say(at, "one", "Bonjour");
  for (const { ref, dueAt } of due) dispatch.wake(ref, dueAt);
  await settled();
  clock.advance(1900);
  await settled();
  expect(begun).toEqual([]);
  clock.advance(200);
  await settled();
  expect(begun).toMatchObject([{ effect: { content: { text: "Deux secondes plus tard." } } }]);
  await dispatch.stop();
});
