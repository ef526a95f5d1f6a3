import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = new URL("../../..", import.meta.url).pathname;

test("`flows check` says once per node and channel what is shown otherwise than it is drawn", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["engine/cli.ts", "flows", "check", "boutique"], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", LANG: "fr_FR.UTF-8" },
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("boutique:"));
  expect(lines).toContain(
    "boutique:greeting sms: 3 choix deviennent une liste numérotée, à laquelle on répond par un numéro",
  );
  expect(lines.filter((line) => line.startsWith("boutique:greeting whatsapp:"))).toEqual([]);
  expect(lines.filter((line) => line.includes(" form:"))).toEqual([]);
  expect(new Set(lines).size).toBe(lines.length);
});
