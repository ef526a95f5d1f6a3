import { afterEach, describe, expect, test } from "vitest";
import { findDovecot } from "../../support/install-dovecot.ts";
import { allMessages, type MailHouse, SHOP, startMailHouse } from "../../support/mail-house.ts";
import { eventually } from "../../support/relais.ts";
import { writeThroughCuts } from "./cuts.ts";

describe.skipIf(!findDovecot())("a mailbox (dovecot)", () => {
  let house: MailHouse | null = null;
  afterEach(async () => {
    await house?.stop();
    house = null;
  });

  test("read over a line that is cut and numbered anew gives every mail once", { timeout: 120_000 }, async () => {
    const { lost, doubled, answered, answeredTwice, connections } = await writeThroughCuts(40, 4);
    expect({ lost, doubled, answered, answeredTwice }).toEqual({ lost: 0, doubled: 0, answered: 40, answeredTwice: 0 });
    expect(connections).toBeGreaterThan(4);
  });

  test("a process that dies between fetching a mail and storing it loses and doubles nothing", {
    timeout: 90_000,
  }, async () => {
    house = await startMailHouse();
    const { relais, dovecot } = house;
    expect(relais.output()).not.toContain("cannot be read");
    for (const place of [
      "inbox.accept.before",
      "inbox.accept.written",
      "inbox.accept.committed",
      "inbox.accept.told",
    ]) {
      await house.relais.stop();
      await house.start({ FAILPOINT: `${place}:1` });
      await house.reading();
      await house.write({ from: `${place}@example.com`, text: "Bonjour", id: `${place}@mail.example.com` });
      await house.relais.ended;
      await house.start();
      await house.reading();
      const found = await eventually(async () => {
        if (!house) throw new Error("stopped");
        const all = await allMessages(house.relais);
        const mine = all.filter(({ externalId }) => externalId === `${place}@mail.example.com`);
        if (mine.length === 0 || !house.smtp.sent().some(({ to }) => to === `${place}@example.com`))
          throw new Error(`${place}: not there yet`);
        return mine;
      }, 20_000);
      expect(found).toHaveLength(1);
    }
    const answers = house.smtp.sent().map(({ to }) => to);
    expect(answers).toHaveLength(new Set(answers).size);
    expect(dovecot.admin("mailbox", "status", "-u", SHOP, "messages", "INBOX")).toContain("messages=4");
  });

  test("what was there before is nobody's question", { timeout: 60_000 }, async () => {
    house = await startMailHouse();
    await house.write({ from: "new@example.com", text: "Bonjour", id: "new@mail.example.com" });
    await house.smtp.waitForSent(1, 20_000);
    const all = await allMessages(house.relais);
    expect(all.filter(({ direction }) => direction === "in")).toHaveLength(1);
    expect(house.dovecot.admin("fetch", "-u", SHOP, "flags", "mailbox", "INBOX")).not.toContain("Seen");
  });
});
