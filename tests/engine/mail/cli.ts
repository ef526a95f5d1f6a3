import { writeThroughCuts } from "./cuts.ts";

/** `npm run mail-cuts -- --mails 500 --cuts 20`: the long form of what `npm test` does briefly. Ends with 1 when a mail was lost or doubled. */
const asked = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? usual : Number(process.argv[at + 1]);
};

const kept = await writeThroughCuts(asked("mails", 500), asked("cuts", 20));
console.table([kept]);
const failed = kept.lost + kept.doubled + kept.answeredTwice + (kept.written - kept.answered);
process.exitCode = failed > 0 ? 1 : 0;
