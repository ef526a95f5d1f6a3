/** Who talks in the corpus, and where each of them stands when the process dies. */
export const PEOPLE = {
  asked: "+33639982001",
  picking: "+33639982002",
  confirming: "+33639982003",
  ordered: "+33639982004",
  queued: "+33639982005",
  taken: "+33639982006",
  stopped: "+33639982007",
  unknown: "+33639982008",
  running: "+33639982009",
  mail: "+33639982010",
} as const;
export const NUMBER = "100000000000001";
export const TOKEN = "graph-token-for-tests";
export const SECRET = "app-secret-for-tests";
/** The key that the corpus was sealed with. */
export const KEY = "key-of-the-corpus-0123456789";

/** What a server of the corpus is started with. */
export function environment(graphUrl: string): Readonly<Record<string, string>> {
  return {
    GRAPH_BASE_URL: graphUrl,
    WHATSAPP_PHONE_NUMBER_ID: NUMBER,
    WHATSAPP_BUSINESS_ACCOUNT_ID: "200000000000001",
    WHATSAPP_ACCESS_TOKEN: TOKEN,
    WHATSAPP_VERIFY_TOKEN: "verify-token-for-tests",
    WHATSAPP_APP_SECRET: SECRET,
    SECRET_KEY: KEY,
    HUMAN_BACKUP_NUMBER: "+33639980099",
  };
}
