import { type ChannelHouse, HTTP_FAULTS, nextPhone, QUICK, sentTo } from "./channel-house.ts";
import { type FakeGraph, startFakeGraph, wordsOf } from "./fake-graph.ts";
import { startRelais } from "./relais.ts";

const NUMBER = "100000000000001";
const TOKEN = "graph-token-for-tests";
const SECRET = "app-secret-for-tests";

/** A WhatsApp for the one number of `whatsappEnv`. */
export function startWhatsapp(): Promise<FakeGraph> {
  return startFakeGraph({ token: TOKEN, appSecret: SECRET, phoneNumberId: NUMBER });
}

/** How the program is told of that number. */
export function whatsappEnv(graph: FakeGraph): Readonly<Record<string, string>> {
  return {
    GRAPH_BASE_URL: graph.url,
    WHATSAPP_PHONE_NUMBER_ID: NUMBER,
    WHATSAPP_BUSINESS_ACCOUNT_ID: "200000000000001",
    WHATSAPP_ACCESS_TOKEN: TOKEN,
    WHATSAPP_VERIFY_TOKEN: "verify-token-for-tests",
    WHATSAPP_APP_SECRET: SECRET,
  };
}

export async function openWhatsapp(): Promise<ChannelHouse> {
  const graph = await startWhatsapp();
  const relais = await startRelais({ env: { ...whatsappEnv(graph), ...QUICK } });
  const hook = `${relais.url}/webhook/whatsapp`;
  graph.reportTo(hook);
  return {
    relais,
    customer() {
      const from = nextPhone();
      return {
        identity: from,
        greet: () => graph.say(hook, from, "Bonjour"),
        say: (text) => graph.say(hook, from, text),
        choose: (label) => graph.tap(hook, from, label),
        heard: () => sentTo(graph.sent(), from).map(({ body }) => wordsOf(body)),
      };
    },
    provider: {
      fail: (fault, { identity }) =>
        graph.fail(fault === "unreachable" ? { type: "code", code: 131026 } : HTTP_FAULTS[fault], 1, identity),
      failuresLeft: graph.failuresLeft,
    },
    async close() {
      await relais.stop();
      await graph.close();
    },
  };
}
