const POSTGRES = /^postgres(ql)?:/;

/** Whether an address names a PostgreSQL database; all else is a SQLite file. */
export function isPostgres(databaseUrl: string): boolean {
  return POSTGRES.test(databaseUrl);
}

/** The SQLite file that an address names: `data/relais.db`, `sqlite:relais.db`, `file:///srv/relais.db`. */
export function fileOf(databaseUrl: string): string {
  return databaseUrl.replace(/^(sqlite|file):(\/\/)?/, "");
}
