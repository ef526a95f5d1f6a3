import type { Channel, ConnectionFinding, ProbeAnswer } from "./core/domain/channel.ts";
import type { Bilingual } from "./core/domain/language.ts";
import type { CallOutcome, Channels, Clock, Perform, TestConnection } from "./ports.ts";
import { placed } from "./provider-call.ts";

const NOTHING: ConnectionFinding = {
  level: "ok",
  code: "nothingToTest",
  message: {
    fr: "Rien à vérifier : ce canal fait partie de Relais.",
    en: "Nothing to test: this channel is part of Relais.",
  },
};

/** *Test connection*: performs the channel's probes and lets it judge the answers. Never throws; an answer that does not come is a finding. */
export function createTestConnection(deps: {
  readonly channels: Channels;
  readonly perform: Perform;
  readonly clock: Clock;
  readonly publicUrl: string;
}): TestConnection {
  return async (account) => {
    const channel: Channel = deps.channels.of(account.channel);
    if (!channel.probe || !channel.judge) return [NOTHING];
    const context = {
      publicUrl: deps.publicUrl,
      webhookUrl: channel.webhookPath ? `${deps.publicUrl}${channel.webhookPath}` : null,
      now: new Date(deps.clock.now()).toISOString(),
    };
    const base = deps.channels.baseUrl(account.channel);
    const unanswered: ConnectionFinding[] = [];
    const answers: readonly ProbeAnswer[] = await Promise.all(
      channel.probe(account, context).map(async (call) => {
        const outcome = await deps.perform(call, base).catch(ours);
        if (outcome.type === "answered") return { call, response: outcome.response };
        unanswered.push(noAnswer(outcome.detail, new URL(placed(call.url, base)).hostname));
        return { call, response: null };
      }),
    );
    const findings = [...unanswered, ...channel.judge(answers, account, context), ...reachable(context.webhookUrl)];
    return once(findings).toSorted((a, b) => RANK[a.level] - RANK[b.level]);
  };
}

const RANK = { error: 0, warning: 1, ok: 2 } as const;

function ours(error: unknown): CallOutcome {
  return { type: "notSent", detail: String(error) };
}

/** The same thing is said once, however many probes met it. */
function once(findings: readonly ConnectionFinding[]): readonly ConnectionFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message }) => {
    const key = `${code} ${message.en}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Why nobody answered, in words for an owner. Told apart by what the system says, which is kept for the operator. */
function noAnswer(detail: string, host: string): ConnectionFinding {
  const error = (code: string, message: Bilingual, remedy: Bilingual): ConnectionFinding => ({
    level: "error",
    code,
    message,
    remedy,
    detail: detail.slice(0, 300),
  });
  if (/ENOTFOUND|EAI_AGAIN|has no address|getaddrinfo/i.test(detail))
    return error(
      "hostUnknown",
      { fr: `L’adresse ${host} est introuvable.`, en: `The address ${host} cannot be found.` },
      {
        fr: "Vérifiez la connexion à Internet de ce serveur et, si vous l’avez réglée, l’adresse du fournisseur.",
        en: "Check this server's internet connection and, if you set it, the provider's address.",
      },
    );
  if (/ECONNREFUSED/i.test(detail))
    return error(
      "refused",
      { fr: `${host} refuse la connexion.`, en: `${host} refuses the connection.` },
      { fr: "Vérifiez l’adresse et le port.", en: "Check the address and the port." },
    );
  if (/certificate|self.signed|SSL|TLS|CERT_/i.test(detail))
    return error(
      "certificate",
      {
        fr: `${host} présente un certificat qui n’est pas valable.`,
        en: `${host} shows a certificate that is not valid.`,
      },
      {
        fr: "Vérifiez l’adresse. Rien n’a été envoyé.",
        en: "Check the address. Nothing was sent.",
      },
    );
  if (/not a public address|private|may not be asked|cannot be asked/i.test(detail))
    return error(
      "blocked",
      {
        fr: `${host} est une adresse interne : Relais ne s’y connecte pas.`,
        en: `${host} is an internal address: Relais does not connect to it.`,
      },
      {
        fr: "Si c’est voulu, l’exploitant peut l’autoriser avec HTTP_ALLOW_PRIVATE.",
        en: "If that is meant, the operator can allow it with HTTP_ALLOW_PRIVATE.",
      },
    );
  return error(
    "noAnswer",
    { fr: `${host} n’a pas répondu.`, en: `${host} did not answer.` },
    { fr: "Réessayez dans un instant.", en: "Try again in a moment." },
  );
}

/** Providers deliver only over https, to an address that the internet knows. */
function reachable(webhookUrl: string | null): readonly ConnectionFinding[] {
  if (webhookUrl === null) return [];
  const { protocol, hostname } = new URL(webhookUrl);
  if (protocol === "https:" && !/^(localhost|127\.|10\.|192\.168\.|\[::1\])/.test(hostname)) return [];
  return [
    {
      level: "warning",
      code: "addressNotPublic",
      message: {
        fr: `Aucun message ne peut arriver : ${hostname} n’est pas une adresse publique en https.`,
        en: `No message can come in: ${hostname} is not a public https address.`,
      },
      remedy: {
        fr: "Donnez à PUBLIC_URL l’adresse https de ce serveur.",
        en: "Set PUBLIC_URL to the https address of this server.",
      },
    },
  ];
}
