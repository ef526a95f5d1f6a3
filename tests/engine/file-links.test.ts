import { describe, expect, test } from "vitest";
import { createFileLinks } from "../../engine/file-links.ts";
import { placed } from "../../engine/provider-call.ts";
import { startTestApp } from "../support/test-app.ts";

const DAY = 24 * 3_600_000;
const NAME = "ab".repeat(32);
const KEY = Buffer.alloc(32, 7);

describe("a link to a file of ours", () => {
  let now = Date.parse("2026-11-20T10:00:00.000Z");
  const links = createFileLinks(KEY, "https://bot.example.com", () => now);
  const made = new URL(links.make(NAME, "image/png"));
  const check = (change: (query: URLSearchParams) => void = () => {}, path = NAME) => {
    const query = new URLSearchParams(made.search);
    change(query);
    return links.check(path, query);
  };

  test("opens that file, with its type, and is the same all day", () => {
    expect(made.href).toMatch(/^https:\/\/bot\.example\.com\/files\/[0-9a-f]{64}\?/);
    expect(check()).toEqual({ mimeType: "image/png" });
    now += 3_600_000;
    expect(links.make(NAME, "image/png")).toBe(made.href);
  });

  test.each<[string, (query: URLSearchParams) => void]>([
    ["another type", (query) => query.set("t", "text/html")],
    ["a later end", (query) => query.set("e", String(Number(query.get("e")) + DAY))],
    ["a signature less", (query) => query.delete("s")],
    ["half a signature", (query) => query.set("s", query.get("s")?.slice(0, 10) ?? "")],
    ["no number as its end", (query) => query.set("e", "never")],
  ])("opens nothing with %s", (_, change) => expect(check(change)).toBeNull());

  test("opens no other file, no other place, and not with another key", () => {
    expect(check(undefined, "cd".repeat(32))).toBeNull();
    expect(check(undefined, "../secret-key")).toBeNull();
    const others = createFileLinks(Buffer.alloc(32, 8), "https://bot.example.com", () => now);
    expect(others.check(NAME, made.searchParams)).toBeNull();
  });

  test("ends after some days", () => {
    now += 9 * DAY;
    expect(check()).toBeNull();
  });
});

test("the server hands out what a link was made for, as something that runs in no page", async () => {
  const app = await startTestApp();
  const links = createFileLinks(KEY, app.url, () => Date.now());
  const { path } = await app.files.save(Buffer.from("%PDF-1.7"), "application/pdf");
  const fetched = await fetch(links.make(path, "application/pdf"));
  expect([fetched.status, fetched.headers.get("content-type"), await fetched.text()]).toEqual([
    200,
    "application/pdf",
    "%PDF-1.7",
  ]);
  expect(fetched.headers.get("content-disposition")).toBe("attachment");
  const page = await fetch(links.make(path, "text/html"));
  expect(page.headers.get("content-type")).toBe("application/octet-stream");
  expect((await fetch(`${app.url}/files/${path}`)).status).toBe(404);
  await app.close();
});

test("a product of a provider has its own host beside the API's, and an address of the operator's own takes all", () => {
  expect(placed("{base:content}/v1/Content", "https://api.twilio.com")).toBe("https://content.twilio.com/v1/Content");
  expect(placed("{base}/2010-04-01/x", "https://api.twilio.com")).toBe("https://api.twilio.com/2010-04-01/x");
  expect(placed("{base:messaging}/v2/x", "http://127.0.0.1:9000")).toBe("http://127.0.0.1:9000/v2/x");
});
