import { expect, test } from "vitest";
import { answering, openTestStore, say, yes } from "../../support/stores.ts";

test("who waits for evidence waits anew after every stop: while nobody listened none could come", async () => {
  let at = await openTestStore(null);
  const ref = (await say(at, "m1", "Bonjour")).due[0]?.ref;
  if (!ref) throw new Error("nothing is due");
  expect(await at.store.mailbox.step(ref, answering("Bonjour !"), yes)).toMatchObject({ type: "applied" });
  // Killed while the message was on its way, and again before the provider came back.
  at = await at.reopen();
  expect(await at.store.outbox.recover(0)).toMatchObject({ unknown: 1 });
  at.clock.advance(59_000);
  at = await at.reopen();
  await at.store.outbox.recover(59_000);
  at.clock.advance(30_000);
  expect(await at.store.outbox.overdueUnknown(10)).toEqual([]);
  at.clock.advance(30_000);
  expect(await at.store.outbox.overdueUnknown(10)).toHaveLength(1);
  await at.close();
});

test("a process that dies again and again does not keep a message waiting for ever", async () => {
  let at = await openTestStore(null);
  const ref = (await say(at, "m1", "Bonjour")).due[0]?.ref;
  if (!ref) throw new Error("nothing is due");
  await at.store.mailbox.step(ref, answering("Bonjour !"), yes);
  for (let deaths = 0; deaths < 14; deaths++) {
    at = await at.reopen();
    await at.store.outbox.recover(0);
    at.clock.advance(50_000);
  }
  expect(await at.store.outbox.overdueUnknown(10)).toHaveLength(1);
  await at.close();
});
