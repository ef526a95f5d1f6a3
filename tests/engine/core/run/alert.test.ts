import { expect, test } from "vitest";
import { alertText } from "../../../../engine/core/run/alert.ts";

test("an alert fits into one text message, whatever the contact wrote, and keeps its link", () => {
  const long = "𝒶 ".repeat(3000);
  const text = alertText(
    {
      contactName: long,
      channel: "WhatsApp",
      reason: long,
      lastMessages: Array.from({ length: 6 }, () => ({ from: "contact" as const, text: long })),
      link: "https://relais.example.com/inbox/cnv_1",
    },
    "fr",
  );
  expect(text.length).toBeLessThanOrEqual(1600);
  expect(text).toContain("https://relais.example.com/inbox/cnv_1");
  expect(text).toContain("Raison : ");
  expect(text.isWellFormed()).toBe(true);
});
