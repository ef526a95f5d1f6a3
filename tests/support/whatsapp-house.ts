import { type FakeGraph, startFakeGraph } from "./fake-graph.ts";

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
