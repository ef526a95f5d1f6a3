import { type ChannelHouse, HTTP_FAULTS, nextPerson, QUICK, sentTo } from "./channel-house.ts";
import { type FakeMessenger, startFakeMessenger, wordsOf } from "./fake-messenger.ts";
import { startRelais } from "./relais.ts";

export type MetaProduct = "messenger" | "instagram";
export const APP_ID = "700800900";
/** The page, and the professional account that belongs to it. */
export const ACCOUNT = { messenger: "100200300400500", instagram: "17841400000000001" } as const;
const SECRET = "app-secret-for-tests";
const TOKEN = "page-token-for-tests";
/** What must never be shown. */
export const SECRETS = [TOKEN, SECRET] as const;

/** Messenger or Instagram for the accounts of `messengerEnv`. */
export function startMeta(product: MetaProduct): Promise<FakeMessenger> {
  return startFakeMessenger({ product, id: ACCOUNT[product], token: TOKEN, appSecret: SECRET, appId: APP_ID });
}

/** How the program is told of the page. */
export function messengerEnv(meta: FakeMessenger): Readonly<Record<string, string>> {
  return {
    GRAPH_BASE_URL: meta.url,
    META_APP_ID: APP_ID,
    MESSENGER_PAGE_ID: ACCOUNT.messenger,
    MESSENGER_PAGE_ACCESS_TOKEN: TOKEN,
    MESSENGER_APP_SECRET: SECRET,
    MESSENGER_VERIFY_TOKEN: "verify-token-for-tests",
  };
}

export async function openMeta(product: MetaProduct): Promise<ChannelHouse> {
  const meta = await startMeta(product);
  const relais = await startRelais({
    env: { ...messengerEnv(meta), INSTAGRAM_ACCOUNT_ID: ACCOUNT.instagram, ...QUICK },
  });
  const hook = `${relais.url}/webhook/messenger`;
  meta.reportTo(hook);
  return {
    relais,
    customer() {
      const person = String(5_511_000_000_000_000 + nextPerson());
      return {
        identity: person,
        greet: () => meta.say(hook, person, "Bonjour"),
        say: (text) => meta.say(hook, person, text),
        choose: (label) => meta.tap(hook, person, label),
        heard: () => sentTo(meta.sent(), person).map(wordsOf),
      };
    },
    provider: {
      fail: (fault, { identity }) =>
        meta.fail(
          fault === "unreachable" ? { type: "code", code: 551, subcode: 1545041 } : HTTP_FAULTS[fault],
          1,
          identity,
        ),
      failuresLeft: meta.failuresLeft,
    },
    async close() {
      await relais.stop();
      await meta.close();
    },
  };
}
