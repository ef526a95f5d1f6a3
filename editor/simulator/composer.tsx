import { FileText, Image, MapPin, Mic, Plus, SendHorizontal } from "lucide-react";
import { useState } from "react";
import type { InboundContent } from "../../engine/core/domain/message.ts";
import type { SimAction } from "../../engine/core/simulator/session.ts";
import { IconButton } from "../ui/button.tsx";
import { Input } from "../ui/field.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { useWords } from "../words/words.ts";
import { simulatorWords } from "./words.ts";

export const VOICE: InboundContent = { type: "media", media: { kind: "audio", voice: true, remoteId: "voice" } };

/** What the customer sends: words, or a file, or where they are. */
export function Composer({ onAct }: { readonly onAct: (action: SimAction) => void }) {
  const t = useWords(simulatorWords);
  const [text, setText] = useState("");
  const send = (content: InboundContent): void => onAct({ type: "send", content });
  return (
    <form
      className="flex shrink-0 items-center gap-1 border-t border-line p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") return;
        onAct({ type: "say", text });
        setText("");
      }}
    >
      <Menu align="start" trigger={<IconButton icon={Plus} label={t("attach")} />}>
        <MenuItem
          icon={Image}
          onSelect={() => send({ type: "media", media: { kind: "image", remoteId: "photo", fileName: "photo.jpg" } })}
        >
          {t("photo")}
        </MenuItem>
        <MenuItem icon={Mic} onSelect={() => send(VOICE)}>
          {t("voice")}
        </MenuItem>
        <MenuItem
          icon={FileText}
          onSelect={() =>
            send({ type: "media", media: { kind: "document", remoteId: "doc", fileName: "facture.pdf" } })
          }
        >
          {t("document")}
        </MenuItem>
        <MenuItem
          icon={MapPin}
          onSelect={() => send({ type: "location", place: { latitude: 48.8566, longitude: 2.3522, name: "Paris" } })}
        >
          {t("location")}
        </MenuItem>
      </Menu>
      <Input
        aria-label={t("write")}
        placeholder={t("write")}
        value={text}
        autoComplete="off"
        onChange={({ target }) => setText(target.value)}
      />
      <IconButton icon={SendHorizontal} type="submit" label={t("send")} disabled={text.trim() === ""} />
    </form>
  );
}
