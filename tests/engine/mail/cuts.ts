import { allMessages, mailText, SHOP, startMailHouse } from "../../support/mail-house.ts";
import { eventually } from "../../support/relais.ts";

/** What became of mails that arrived while the line was cut. */
export interface Kept {
  readonly written: number;
  readonly cuts: number;
  readonly connections: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  readonly answered: number;
  readonly answeredTwice: number;
  readonly seconds: number;
}

/**
 * So many customers write, each once, while the line to the mailbox is cut again and again and the mailbox is numbered
 * anew half way. Every mail must be there once and be answered once.
 */
export async function writeThroughCuts(mails: number, cuts: number): Promise<Kept> {
  const house = await startMailHouse();
  try {
    const begins = performance.now();
    const rounds = Math.max(cuts, 1);
    let done = 0;
    for (let round = 0; round < rounds; round++) {
      const until = Math.round((mails * (round + 1)) / rounds);
      const texts = [];
      for (; done < until; done++)
        texts.push(
          mailText({
            from: `Client ${done} <client${done}@example.com>`,
            text: "Bonjour",
            id: `c${done}@mail.example.com`,
          }),
        );
      const delivered = house.dovecot.deliver(SHOP, ...texts);
      // In the middle of reading, wherever that is: at the first mail that came after the last cut.
      await eventually(() => {
        if (house.smtp.sent().length <= done - texts.length) throw new Error("nothing of this round yet");
      }, 60_000);
      if (round < cuts) {
        await eventually(() => {
          if (house.line.cut() === 0) throw new Error("not connected yet");
        }, 60_000);
      }
      await delivered;
      if (round === Math.floor(rounds / 2)) house.dovecot.renumber(SHOP);
    }
    await house.smtp.waitForSent(mails, 120_000);
    // Once more through all of it: what would be doubled is doubled now.
    await house.relais.stop();
    await house.start();
    await house.reading();
    await house.write({ from: "last@example.com", text: "Bonjour" });
    await eventually(() => {
      if (!house.smtp.sent().some(({ to }) => to === "last@example.com")) throw new Error("not answered yet");
    }, 30_000);
    const stored = (await allMessages(house.relais)).filter(
      ({ direction, externalId }) => direction === "in" && /^c\d+@/.test(externalId),
    );
    const ids = new Set(stored.map(({ externalId }) => externalId));
    const answers = house.smtp.sent().filter(({ to }) => to.startsWith("client"));
    const answered = new Set(answers.map(({ to }) => to));
    return {
      written: mails,
      cuts,
      connections: house.line.connections(),
      stored: stored.length,
      lost: mails - ids.size,
      doubled: stored.length - ids.size,
      answered: answered.size,
      answeredTwice: answers.length - answered.size,
      seconds: Math.round((performance.now() - begins) / 1000),
    };
  } finally {
    await house.stop();
  }
}
