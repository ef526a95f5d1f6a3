import { useState } from "react";
import type { AccountView } from "../api.ts";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { refusalOf, useAccounts } from "./accounts.ts";
import { channelWords } from "./channel-words.ts";

/** The switches of one account: each tells what became of it. */
export function useAccountActs({ id, name }: Pick<AccountView, "id" | "name">) {
  const t = useWords(channelWords);
  const accounts = useAccounts();
  const [busy, setBusy] = useState(false);
  const act = async (run: () => Promise<void>, text: string): Promise<void> => {
    setBusy(true);
    try {
      await run();
      toast({ text });
    } catch (error) {
      toast({ text: refusalOf(error), tone: "problem" });
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    setEnabled: (enabled: boolean) =>
      act(() => accounts.change(id, { enabled }), t(enabled ? "enabledNow" : "disabledNow", { name })),
    setBot: (botEnabled: boolean) =>
      act(() => accounts.change(id, { botEnabled }), t(botEnabled ? "botOnNow" : "botOffNow", { name })),
    makeDefault: () => act(() => accounts.change(id, { isDefault: true }), t("defaultSet", { name })),
    resume: () => act(() => accounts.resume(id), t("resumed", { name })),
  };
}
