import type { Check, Finding } from "./check.ts";
import { stringsIn } from "./strings.ts";

/** Shapes that only keys have: of model providers, Meta, Twilio, Google, GitHub, Slack, Stripe, AWS; bearer tokens; private keys. */
const KEY =
  /\b(?:sk-[A-Za-z0-9_-]{16,}|EAA[A-Za-z0-9]{30,}|(?:AC|SK)[0-9a-f]{32}|AIza[A-Za-z0-9_-]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abprs]-[A-Za-z0-9-]{20,}|[rs]k_live_[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,})|\bBearer\s+[A-Za-z0-9._~+/-]{20,}|\bBasic\s+[A-Za-z0-9+/]{16,}={0,2}|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** A word that announces a secret, followed by one: `password: hunter2!`, `?api_key=…`. */
const ANNOUNCED =
  /\b(?:password|passwd|mot de passe|api[_-]?key|access[_-]?token|client[_-]?secret)\b\s*["']?\s*[:=]\s*["']?(?=[^\s"'{]*\d)[^\s"'{}]{6,}/i;

/** Long hexadecimal or mixed letters and digits: probably a key, perhaps only a long reference. */
const LONG =
  /(?<![\w/.-])(?:[0-9a-f]{32,}|(?=[A-Za-z0-9+_-]*\d)(?=[A-Za-z0-9+_-]*[a-z])(?=[A-Za-z0-9+_-]*[A-Z])[A-Za-z0-9+_-]{40,}={0,2})(?![\w/.-])/;

/** Keys and passwords do not belong in a file that is read, exported and shared. */
export const secretInText: Check = {
  code: "secret-in-text",
  find: ({ document }) => {
    const { layout: _, ...rest } = document;
    return stringsIn(rest).flatMap(({ path, text }): readonly Finding[] => {
      const sure = KEY.test(text) || ANNOUNCED.test(text);
      if (!sure && !LONG.test(text)) return [];
      const node = path[0] === "nodes" ? { node: String(path[1]) } : {};
      return [
        {
          severity: sure ? "error" : "warning",
          path,
          ...node,
          message: sure
            ? {
                fr: "Ce texte contient une clé ou un mot de passe : retirez-le du scénario et gardez-le dans les réglages.",
                en: "This text holds a key or a password: take it out of the flow and keep it in the settings.",
              }
            : {
                fr: "Ce texte ressemble à une clé d'accès : si c'en est une, gardez-la dans les réglages.",
                en: "This text looks like an access key: if it is one, keep it in the settings.",
              },
        },
      ];
    });
  },
};
