import { afterEach, describe, expect, test } from "vitest";
import type { ClaimedEffect } from "../../../engine/ports.ts";
import { answering, openTestStore, say, type TestStore, yes } from "../../support/stores.ts";

/** Every statement of a write path fails once, the first, the second … until one run needs none of them (F-4). */
describe("when the n-th statement fails", () => {
  let at: TestStore;
  let left = Number.POSITIVE_INFINITY;
  const open = async (): Promise<void> => {
    left = Number.POSITIVE_INFINITY;
    at = await openTestStore(null, {
      onStatement: () => {
        if (left-- === 0) throw new Error("the disk says no");
        return undefined;
      },
    });
  };
  afterEach(async () => {
    left = Number.POSITIVE_INFINITY;
    await at.close();
  });
  const failing = async <T>(
    n: number,
    work: () => Promise<T>,
  ): Promise<{ readonly ok: boolean; readonly reached: boolean; readonly value: T | null }> => {
    left = n;
    try {
      const value = await work();
      return { ok: true, reached: left < 0, value };
    } catch {
      return { ok: false, reached: true, value: null };
    } finally {
      left = Number.POSITIVE_INFINITY;
    }
  };
  const counts = async () => ({
    messages: (await at.store.conversations.messages(at.workspaceId, { limit: 100 })).items.length,
    waiting: (await at.store.outbox.waiting(at.workspaceId, 100)).length,
    conversations: (await at.store.conversations.list(at.workspaceId, { limit: 100 })).items.length,
  });

  test("a delivery is stored whole or not at all, and the next try stores it", async () => {
    await open();
    let n = 0;
    for (; ; n++) {
      const before = await counts();
      const tried = await failing(n, () => say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` }));
      if (!tried.reached) break;
      if (!tried.ok) expect(await counts()).toEqual(before);
      expect((await say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` })).stored + (tried.ok ? 1 : 0)).toBe(1);
      expect(await at.store.operations.doctor()).toEqual([]);
    }
    expect(n).toBeGreaterThan(5);
  });

  test("a step happens whole or not at all, and is made up for", async () => {
    await open();
    let n = 0;
    for (; ; n++) {
      const ref = (await say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` })).due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      const before = await counts();
      const tried = await failing(n, () =>
        at.store.mailbox.step(ref, answering("Bonjour !", "Que voulez-vous ?"), yes),
      );
      if (!tried.reached) break;
      if (tried.value?.type !== "applied") {
        expect(await counts()).toEqual(before);
        at.clock.advance(60_000);
        expect((await at.store.mailbox.step(ref, answering("Bonjour !", "Que voulez-vous ?"), yes)).type).toBe(
          "applied",
        );
      }
      expect(
        (await at.store.conversations.messages(at.workspaceId, { conversationId: ref.conversationId, limit: 10 }))
          .items,
      ).toHaveLength(3);
      expect(await at.store.operations.doctor()).toEqual([]);
    }
    expect(n).toBeGreaterThan(10);
  });

  test("a result is recorded whole or not at all, and can be recorded again", async () => {
    await open();
    let n = 0;
    for (; ; n++) {
      const ref = (await say(at, `m${n}`, "Bonjour", { from: `+3363998${1000 + n}` })).due[0]?.ref;
      if (!ref) throw new Error("nothing is due");
      const step = await at.store.mailbox.step(ref, answering("eins", "zwei"), yes);
      const first = (step.type === "applied" ? step.claimed[0] : undefined) as ClaimedEffect;
      const tried = await failing(n, () => at.store.outbox.settle(first, { type: "done", externalId: `w${n}` }, yes));
      if (!tried.reached) break;
      if (!tried.ok)
        expect((await at.store.outbox.settle(first, { type: "done", externalId: `w${n}` }, yes)).superseded).toBe(
          false,
        );
      const [message] = (await at.store.conversations.messages(at.workspaceId, { externalId: `w${n}`, limit: 5 }))
        .items;
      expect(message).toMatchObject({ status: "sent" });
      expect(await at.store.operations.doctor()).toEqual([]);
    }
    expect(n).toBeGreaterThan(5);
  });
});
