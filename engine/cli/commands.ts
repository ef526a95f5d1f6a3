import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import { readConfig } from "../config.ts";
import { passwordLink, tokenCreate } from "./access.ts";
import { makeBackup } from "./backup.ts";
import { channelsShow } from "./channels.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./eval.ts";
import { flowsCheck, flowsPublish } from "./flows.ts";
import { migrate } from "./migrate.ts";
import { restoreBackup } from "./restore.ts";
import { start } from "./start.ts";

/** A command of the program: what it is called, what it does, how it ends (the exit code). */
interface Command {
  readonly words: readonly string[];
  readonly usage: string;
  readonly run: (config: Config, args: readonly string[]) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  { words: ["start"], usage: "start                        answer customers, until stopped", run: start },
  {
    words: ["flows", "check"],
    usage: "flows check [name…]          say what is wrong in the flow files",
    run: flowsCheck,
  },
  {
    words: ["flows", "publish"],
    usage: "flows publish <name>…        check flow files and let new conversations use them",
    run: flowsPublish,
  },
  {
    words: ["eval"],
    usage: "eval [name…]                 ask the assistant the trial questions, and say what changed",
    run: evaluate,
  },
  {
    words: ["doctor"],
    usage: "doctor [--quick]             check the promises on the live database, and say what to do",
    run: doctor,
  },
  {
    words: ["backup"],
    usage: "backup <file>                copy the database into one file, also while the server runs",
    run: makeBackup,
  },
  {
    words: ["restore"],
    usage: "restore <file>               put a backup into the database (--replace: keep the old one beside; --move)",
    run: restoreBackup,
  },
  {
    words: ["token", "create"],
    usage:
      "token create <name>          make an API token (--permissions a,b --accounts x,y --days 365) and show it once",
    run: tokenCreate,
  },
  {
    words: ["password", "link"],
    usage: "password link <e-mail>       make a link with which somebody chooses a new password",
    run: passwordLink,
  },
  {
    words: ["channels"],
    usage: "channels [--fr]              say what each channel shows, and how it shows the rest",
    run: channelsShow,
  },
  { words: ["migrate"], usage: "migrate                      bring the database to this version", run: migrate },
];

const USAGE = `Usage: relais <command>\n\n${COMMANDS.map(({ usage }) => `  ${usage}`).join("\n")}\n\nSettings are environment variables, or a .env file; .env.example lists them.`;

async function main(args: readonly string[]): Promise<number> {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => args[index] === word));
  if (!command) {
    const asked = args.length > 0 && !["help", "--help", "-h"].includes(args[0] ?? "");
    console.log(asked ? `There is no command "${args.join(" ")}".\n\n${USAGE}` : USAGE);
    return asked ? 2 : 0;
  }
  // What is set already wins over the file.
  if (existsSync(".env")) process.loadEnvFile(".env");
  const read = readConfig(process.env);
  if ("problems" in read) {
    console.error(read.problems.join("\n"));
    return 2;
  }
  return command.run(read.config, args.slice(command.words.length));
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    // Open connections would keep a process that has said why it cannot go on.
    process.exit(1);
  },
);
