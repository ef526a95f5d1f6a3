import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFiles } from "../../engine/files.ts";
import { createLog } from "../../engine/log.ts";
import { createSecrets, keptSecret, loadKey } from "../../engine/secrets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relais-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("what is sealed", () => {
  const secrets = createSecrets(Buffer.alloc(32, 1));

  test("opens again, whatever it is", () => {
    for (const plain of ["", "token", "é🌻\u0000", "x".repeat(100_000)])
      expect(secrets.open(secrets.seal(plain, "wsp_1/acc_1"), "wsp_1/acc_1")).toBe(plain);
  });

  test("never looks the same twice, nor like what it holds", () => {
    const sealed = secrets.seal("access-token-canary", "a");
    expect(sealed).not.toContain("canary");
    expect(sealed).not.toBe(secrets.seal("access-token-canary", "a"));
  });

  test("does not open in another row", () => {
    expect(() => secrets.open(secrets.seal("token", "wsp_1/acc_1"), "wsp_1/acc_2")).toThrow();
  });

  test("does not open when a bit was changed", () => {
    const [mark = "", data = ""] = secrets.seal("token", "a").split(".");
    const bytes = Buffer.from(data, "base64url");
    for (const at of [0, 12, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => secrets.open(`${mark}.${changed.toString("base64url")}`, "a")).toThrow();
    }
    expect(() => secrets.open(`${mark}.`, "a")).toThrow();
  });

  test("with another key says which setting is wrong", () => {
    const other = createSecrets(Buffer.alloc(32, 2));
    expect(() => other.open(secrets.seal("token", "a"), "a")).toThrow(/^SECRET_KEY is not the key/);
  });
});

describe("a secret that the program makes", () => {
  test("is kept, and readable for its user only", () => {
    const made = keptSecret(join(folder, "data"), "admin-token");
    expect(made).toMatch(/^[\w-]{43}$/);
    expect(keptSecret(join(folder, "data"), "admin-token")).toBe(made);
    expect(statSync(join(folder, "data", "admin-token")).mode & 0o777).toBe(0o600);
  });

  test("is never replaced because its file is empty", () => {
    writeFileSync(join(folder, "secret-key"), "\n");
    expect(() => keptSecret(folder, "secret-key")).toThrow(/is empty/);
    expect(readFileSync(join(folder, "secret-key"), "utf8")).toBe("\n");
  });

  test("gives the same key at every start; SECRET_KEY wins over it", () => {
    const key = loadKey(undefined, folder);
    expect(key).toHaveLength(32);
    expect(loadKey(undefined, folder)).toEqual(key);
    expect(loadKey("a key of the operator", folder)).not.toEqual(key);
  });
});

describe("files", () => {
  test("are named after what they hold, and saved once however many save them", async () => {
    const files = createFiles(join(folder, "media"));
    const content = new TextEncoder().encode("a picture");
    const saved = await Promise.all(Array.from({ length: 20 }, () => files.save(content, "image/png")));
    const paths = [...new Set(saved.map(({ path }) => path))];
    expect(paths).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(saved[0]?.sizeBytes).toBe(9);
    expect(Buffer.from((await files.read(paths[0] ?? "")) ?? []).toString()).toBe("a picture");
  });

  test.each(["../secret-key", "..%2fsecret-key", "/etc/passwd", "", "a\0b", "A".repeat(64), `${"a".repeat(64)}/..`])(
    "no name from outside leads anywhere: %j",
    async (name) => {
      writeFileSync(join(folder, "secret-key"), "canary");
      expect(await createFiles(join(folder, "media")).read(name)).toBeNull();
    },
  );

  test("one that is gone is null, a folder that cannot be read is an error", async () => {
    const files = createFiles(join(folder, "media"));
    expect(await files.read("a".repeat(64))).toBeNull();
    const { path } = await files.save(new Uint8Array([1]), "image/png");
    if (process.getuid?.() === 0) return;
    chmodSync(join(folder, "media", path), 0);
    await expect(files.read(path)).rejects.toThrow();
  });
});

describe("the log", () => {
  function logged(write: (log: ReturnType<typeof createLog>) => void, level = "debug"): string[] {
    const lines: string[] = [];
    write(createLog(level, ["access-token-canary", "short"], { write: (line) => void lines.push(line) }));
    return lines;
  }

  test("takes secrets out by name and by value, however deep they are", () => {
    const [line = ""] = logged((log) =>
      log.error("failed with access-token-canary", {
        authorization: "Bearer unknown-canary",
        call: { headers: { "x-api-key": "key-canary" }, url: "https://example.com/?t=access-token-canary" },
        list: ["access-token-canary"],
        error: new Error("wrapped access-token-canary"),
        inputTokens: 12,
      }),
    );
    expect(line).not.toContain("canary");
    expect(JSON.parse(line)).toMatchObject({ inputTokens: 12, error: expect.stringContaining("wrapped ••••") });
  });

  test("is one line of JSON, whatever a contact's name is made of", () => {
    const lines = logged((log) => log.info("x", { name: '\n{"level":"fatal"}\u001b[31m' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trim().split("\n")).toHaveLength(1);
    expect(lines[0]).not.toContain("\u001b");
  });

  test("caps what is long, and cuts no secret in half", () => {
    const [line = ""] = logged((log) =>
      log.warn("x", { text: `${"y".repeat(7990)}access-token-canary${"z".repeat(1e6)}` }),
    );
    expect(line.length).toBeLessThan(9000);
    expect(line).not.toContain("access-to");
  });

  test("survives what refers to itself", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(logged((log) => log.info("x", { loop }))).toHaveLength(1);
  });

  test("says only what its level allows", () => {
    expect(logged((log) => log.debug("quiet"), "info")).toEqual([]);
  });
});
