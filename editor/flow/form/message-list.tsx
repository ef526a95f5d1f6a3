import { Plus } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { useWords } from "../../words/words.ts";
import { Entry } from "./list-input.tsx";
import { LocalizedTextField, PlainTextField } from "./localized-text.tsx";
import type { SchemaInputProps } from "./schema-input.tsx";
import { formWords } from "./words.ts";

/** Kinds of messages: the key that makes each what it is, and what a new one holds. */
const KINDS = [
  { key: "text", word: "mText", fresh: { text: "…" } },
  { key: "image", word: "mImage", fresh: { image: "https://" } },
  { key: "video", word: "mVideo", fresh: { video: "https://" } },
  { key: "audio", word: "mAudio", fresh: { audio: "https://" } },
  { key: "document", word: "mDocument", fresh: { document: "https://" } },
  { key: "link", word: "mLink", fresh: { link: { text: "…", label: "…", url: "https://" } } },
  { key: "location", word: "mLocation", fresh: { location: { latitude: 48.8566, longitude: 2.3522, name: "…" } } },
  { key: "contact", word: "mContact", fresh: { contact: { name: "…", phones: [], emails: [] } } },
] as const;

type Spec = Readonly<Record<string, unknown>>;

/** Messages one after the other, each of its own kind. */
export function MessageList({ label, path, value, editor }: SchemaInputProps) {
  const t = useWords(formWords);
  const specs = Array.isArray(value) ? (value as readonly Spec[]) : [];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {specs.map((spec, index) => (
        <Entry
          // biome-ignore lint/suspicious/noArrayIndexKey: a message is known by its place
          key={index}
          node={editor.node}
          path={path}
          index={index}
          count={specs.length}
          value={null}
          editor={editor}
        >
          <OneMessage spec={spec} path={[...path, index]} editor={editor} />
        </Entry>
      ))}
      {editor.isDisabled ? null : (
        <Menu
          align="start"
          trigger={
            <Button look="quiet" size="small" icon={Plus} className="self-start">
              {t("addMessage")}
            </Button>
          }
        >
          {KINDS.map(({ key, word, fresh }) => (
            <MenuItem key={key} onSelect={() => editor.set([...path, specs.length], fresh)}>
              {t(word)}
            </MenuItem>
          ))}
        </Menu>
      )}
    </fieldset>
  );
}

function OneMessage({
  spec,
  path,
  editor,
}: {
  readonly spec: Spec;
  readonly path: SchemaInputProps["path"];
  readonly editor: SchemaInputProps["editor"];
}) {
  const t = useWords(formWords);
  const kind = KINDS.find(({ key }) => key in spec)?.key ?? "text";
  const text = (label: string, at: readonly (string | number)[], value: unknown, isOptional = false, isLong = true) => (
    <LocalizedTextField
      label={label}
      path={[...path, ...at]}
      value={value}
      editor={editor}
      isLong={isLong}
      isOptional={isOptional}
    />
  );
  const plain = (label: string, at: readonly (string | number)[], value: unknown, isOptional = false) => (
    <PlainTextField
      label={label}
      path={[...path, ...at]}
      value={value}
      editor={editor}
      isLong={false}
      isOptional={isOptional}
    />
  );
  switch (kind) {
    case "text":
      return text(t("mText"), ["text"], spec.text);
    case "link": {
      const link = (spec.link ?? {}) as Spec;
      return (
        <>
          {text(t("k_text"), ["link", "text"], link.text)}
          {text(t("k_label"), ["link", "label"], link.label, false, false)}
          {plain(t("k_url"), ["link", "url"], link.url)}
        </>
      );
    }
    case "location": {
      const place = (spec.location ?? {}) as Spec;
      const number = (key: "latitude" | "longitude") => (
        <label className="flex items-center justify-between gap-2 text-sm">
          {t(`k_${key}`)}
          <input
            type="number"
            step="any"
            value={Number(place[key] ?? 0)}
            disabled={editor.isDisabled}
            onChange={({ target }) =>
              Number.isFinite(target.valueAsNumber) && editor.set([...path, "location", key], target.valueAsNumber)
            }
            className="h-9 w-32 rounded-md border border-line-strong/60 bg-surface px-2"
          />
        </label>
      );
      return (
        <>
          {plain(t("k_name"), ["location", "name"], place.name, true)}
          {plain(t("k_address"), ["location", "address"], place.address, true)}
          {number("latitude")}
          {number("longitude")}
        </>
      );
    }
    case "contact": {
      const card = (spec.contact ?? {}) as Spec;
      return (
        <>
          {plain(t("k_name"), ["contact", "name"], card.name)}
          {plain(t("k_organization"), ["contact", "organization"], card.organization, true)}
          {plain(t("k_phones"), ["contact", "phones", 0], (card.phones as readonly string[] | undefined)?.[0], true)}
          {plain(t("k_emails"), ["contact", "emails", 0], (card.emails as readonly string[] | undefined)?.[0], true)}
        </>
      );
    }
    default:
      return (
        <>
          {plain(t(`k_${kind}`), [kind], spec[kind])}
          {kind === "image" && /^https:\/\/.+\..+/.test(String(spec.image)) ? (
            <img src={String(spec.image)} alt="" loading="lazy" className="max-h-32 rounded-md object-contain" />
          ) : null}
          {text(t("k_caption"), ["caption"], spec.caption, true)}
          {kind === "document" ? plain(t("k_fileName"), ["fileName"], spec.fileName, true) : null}
        </>
      );
  }
}
