import { SettingsFrame } from "../settings/settings-frame.tsx";
import { settingsWords } from "../settings/words.ts";
import { useWords } from "../words/words.ts";

export function Record() {
  const t = useWords(settingsWords);
  return <SettingsFrame title={t("record")}>{null}</SettingsFrame>;
}
