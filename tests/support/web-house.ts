import { randomUUID } from "node:crypto";
import { type ChannelHouse, QUICK } from "./channel-house.ts";
import { startRelais } from "./relais.ts";

/** The web chat as the widget speaks to it. */
export async function openWeb(): Promise<ChannelHouse> {
  const relais = await startRelais({ env: QUICK });
  return {
    relais,
    customer() {
      interface Line {
        readonly author: string;
        readonly content: {
          readonly text?: string;
          readonly choices?: readonly { readonly id: string; readonly label: string }[];
        };
      }
      let token = "";
      const ask = async <T>(path: string, body?: object): Promise<T> => {
        const answer = await fetch(`${relais.url}/chat/api${path}`, {
          method: body ? "POST" : "GET",
          headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as T;
      };
      const write = async (what: object): Promise<unknown> => {
        if (!token) token = (await ask<{ readonly token: string }>("/sessions", {})).token;
        return ask("/messages", { clientMessageId: randomUUID(), ...what });
      };
      const lines = async (): Promise<readonly Line[]> =>
        (await ask<{ readonly items: readonly Line[] }>("/messages")).items.filter(
          ({ author }) => author !== "contact",
        );
      return {
        identity: "",
        greet: () => write({ text: "Bonjour" }),
        say: (text) => write({ text }),
        async choose(label) {
          const offered = (await lines()).findLast(({ content }) => content.choices)?.content.choices;
          const choice = offered?.find((one) => one.label === label);
          if (!choice) throw new Error(`"${label}" was not offered`);
          return write({ choice: { id: choice.id, label } });
        },
        heard: async () => (await lines()).map(({ content }) => content.text ?? ""),
      };
    },
    close: async () => void (await relais.stop()),
  };
}
