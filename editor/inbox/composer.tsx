import { Ban, Lock, SendHorizontal } from "lucide-react";
import type { Ref } from "react";
import type { Capabilities } from "../../engine/core/domain/channel.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { TextArea } from "../ui/field.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { type InboxWords, personName, useNow } from "./looks.tsx";
import type { OpenTalk } from "./talks.ts";
import { useDraft } from "./unsent.ts";
import { type Window, windowFor } from "./window.ts";
import { inboxWords } from "./words.ts";

/** What the API takes at most, whatever the channel. */
const MOST = 4000;
const SOON_MS = 4 * 3_600_000;

/** Where a person writes; or why they cannot. */
export function Composer({
  talk,
  channelName,
  capabilities,
  mayAnswer,
  box,
  onTyping,
  onSend,
}: {
  readonly talk: OpenTalk;
  readonly channelName: string;
  readonly capabilities: Capabilities | undefined;
  readonly mayAnswer: boolean;
  readonly box: Ref<HTMLTextAreaElement>;
  /** A person begins to write. */
  readonly onTyping: () => void;
  readonly onSend: (text: string) => void;
}) {
  const t = useWords(inboxWords);
  const language = useLanguage();
  const now = useNow();
  const [draft, setDraft] = useDraft(talk.id);
  const window = windowFor(talk, capabilities, now);
  if (!mayAnswer) return <Closed title={t("mayNot")} />;
  if (capabilities?.oneWay) return <Closed title={t("oneWay")} />;
  if (window.type === "closed") return <WindowClosed {...{ window, channelName, t }} />;
  const limit = Math.min(capabilities?.maxTextLength ?? MOST, MOST);
  const bytes = capabilities?.maxTextBytes ?? Number.POSITIVE_INFINITY;
  const length = draft.trim().length;
  const isTooLong = length > limit || new TextEncoder().encode(draft.trim()).length > bytes;
  const isOptedOut =
    talk.contact.optedOut.includes("service") ||
    talk.contact.refused.some(({ accountId, purpose }) => accountId === talk.accountId && purpose === "service");
  const send = (): void => {
    if (length === 0 || isTooLong) return;
    onSend(draft.trim());
    setDraft("");
  };
  const ends = window.type === "open" && Date.parse(window.until) - now < SOON_MS ? window.until : null;
  return (
    <form
      className="flex shrink-0 flex-col gap-2 border-t border-line bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {isOptedOut ? (
        <p className="flex items-start gap-2 text-xs text-problem">
          <Ban size={14} strokeWidth={1.75} className="mt-px shrink-0" aria-hidden />
          {t("optedOut")}
        </p>
      ) : null}
      <div className="flex items-end gap-2">
        <TextArea
          ref={box}
          rows={1}
          aria-label={t("write")}
          aria-describedby="composer-said"
          aria-invalid={isTooLong || undefined}
          aria-keyshortcuts="Enter"
          placeholder={t("writeTo", { name: personName(talk.contact, t) })}
          value={draft}
          onChange={({ target }) => {
            if (target.value.trim() !== "") onTyping();
            setDraft(target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
          className="max-h-48 min-h-11 flex-1 py-3 text-base"
        />
        <Button
          type="submit"
          look="primary"
          icon={SendHorizontal}
          disabled={length === 0 || isTooLong}
          className="min-h-11"
        >
          <span className="max-sm:sr-only">{t("send")}</span>
        </Button>
      </div>
      <p id="composer-said" className="flex flex-wrap justify-between gap-x-4 text-xs text-muted">
        <span className={classes(isTooLong && "text-problem")}>
          {isTooLong
            ? t("tooLong", { channel: channelName, limit })
            : ends
              ? t("windowLeft", { until: dateAndTime(ends, language), channel: channelName })
              : t("sendHint")}
        </span>
        {length > limit * 0.8 ? (
          <span className={classes(isTooLong && "font-medium text-problem")}>
            {t("left", { count: length, limit })}
          </span>
        ) : null}
      </p>
    </form>
  );
}

function WindowClosed({
  window,
  channelName,
  t,
}: {
  readonly window: Extract<Window, { readonly type: "closed" }>;
  readonly channelName: string;
  readonly t: InboxWords;
}) {
  const language = useLanguage();
  return (
    <Closed
      title={
        window.since === null ? t("windowNever") : t("windowClosed", { since: dateAndTime(window.since, language) })
      }
      text={t("windowWhy", { channel: channelName, hours: window.hours })}
    />
  );
}

function Closed({ title, text }: { readonly title: string; readonly text?: string }) {
  return (
    <div role="note" className="flex shrink-0 items-start gap-3 border-t border-line bg-surface p-4">
      <Lock size={18} strokeWidth={1.75} className="mt-px shrink-0 text-muted" aria-hidden />
      <div>
        <p className="font-medium">{title}</p>
        {text ? <p className="mt-1 text-muted">{text}</p> : null}
      </div>
    </div>
  );
}
