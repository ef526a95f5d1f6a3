import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { channels } from "../../channels/registry.ts";
import { channelTable, channelTableText } from "../../engine/core/run/channel-table.ts";
import { degrade } from "../../engine/core/run/degrade.ts";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the table in the README is what the code does", () => {
  const held = /<!-- channels -->\n([\s\S]*?)\n<!-- \/channels -->/.exec(README)?.[1];
  expect(held, "put the output of `npm run relais -- channels` between the marks").toBe(
    channelTableText(channels, "en"),
  );
});

test("every difference is said in both languages, and nothing is lost without a word", () => {
  for (const { content, cells } of channelTable(channels))
    for (const { channel, how } of cells)
      for (const { message } of how)
        expect([message.fr.trim(), message.en.trim()], `${content} on ${channel}`).not.toContain("");
});

test("what is said of a message is what is sent", () => {
  for (const { type, capabilities } of channels) {
    const shown = degrade(
      {
        type: "choices",
        text: "Lequel ?",
        choices: Array.from({ length: 25 }, (_, at) => ({ id: `c${at}`, label: `Choix ${at + 1}` })),
      },
      capabilities,
      "fr",
    );
    const text = shown.parts.map((part) => ("text" in part ? part.text : "")).join("\n");
    const numbered = shown.how.some(({ code }) => code === "numbered");
    expect([type, numbered]).toEqual([type, text.includes("25. Choix 25")]);
    expect(shown.parts.length > 0, type).toBe(!capabilities.oneWay);
  }
});

const can = (type: string) => {
  const channel = channels.find((one) => one.type === type);
  if (!channel) throw new Error(`no ${type}`);
  return channel.capabilities;
};
const choices = (count: number, label = "Choix") => ({
  type: "choices" as const,
  text: "Lequel ?",
  choices: Array.from({ length: count }, (_, at) => ({ id: `c${at}`, label: `${label} ${at + 1}` })),
});

test.each([
  ["whatsapp", 3, []],
  ["whatsapp", 4, ["4 boutons deviennent une liste"]],
  ["whatsapp", 11, ["11 choix deviennent une liste numérotée, à laquelle on répond par un numéro"]],
  ["sms", 2, ["2 choix deviennent une liste numérotée, à laquelle on répond par un numéro"]],
])("%s says of %i choices: %j", (type, count, sentences) => {
  const { how } = degrade(choices(count), can(type), "fr");
  expect(how.map(({ message }) => message.fr)).toEqual(sentences);
});

test("after the window only a template is shown, where there is a window", () => {
  const text = { type: "text" as const, text: "Bonjour" };
  expect(degrade(text, can("whatsapp"), "fr", true)).toMatchObject({ parts: [], how: [{ code: "notShown" }] });
  expect(degrade(text, can("sms"), "fr", true)).toEqual({ parts: [text], how: [] });
});
