import { defineConfig } from "drizzle-kit";

/** `DIALECT=sqlite|postgresql npx drizzle-kit generate --config migrations/drizzle.config.ts --name <what changed>` */
const dialect = process.env.DIALECT === "postgresql" ? "postgresql" : "sqlite";

export default defineConfig({
  dialect,
  schema: dialect === "sqlite" ? "./engine/store/schema-sqlite.ts" : "./engine/store/schema-pg.ts",
  out: dialect === "sqlite" ? "./migrations/sqlite" : "./migrations/pg",
});
