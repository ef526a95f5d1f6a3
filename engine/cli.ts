#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Node compiles TypeScript at every start, which takes a second and 30 MB; what it made is kept beside the packages.
// Where that folder cannot be written, nothing is kept and everything works the same.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/relais", import.meta.url)));
await import("./cli/commands.ts");
