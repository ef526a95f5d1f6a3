import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "./ports.ts";

const NAME = /^[0-9a-f]{64}$/;

/** Files under one folder, named after their content: the same file is kept once, and no name comes from outside. */
export function createFiles(folder: string): Files {
  return {
    async save(content) {
      const name = createHash("sha256").update(content).digest("hex");
      await mkdir(folder, { recursive: true });
      const file = join(folder, name);
      // Written aside and renamed: a crash leaves no half file under a good name. Two may save the same file at once.
      const part = `${file}.${randomUUID()}.part`;
      await writeFile(part, content, { mode: 0o600 });
      await rename(part, file);
      return { path: name, sizeBytes: content.byteLength };
    },
    async read(path) {
      if (!NAME.test(path)) return null;
      return readFile(join(folder, path)).catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      });
    },
  };
}
