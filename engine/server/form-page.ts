import { accentOf } from "../core/domain/color.ts";
import { type FormFace, type FormField, LINE_LENGTH, TEXT_LENGTH, wordsIn } from "../core/domain/form.ts";
import { type Bilingual, bilingual } from "../core/domain/language.ts";
import { ACCEPT } from "./accepted-file.ts";
import { TRAP } from "./form-body.ts";
import { FORM_WORDS } from "./form-words.ts";

/** What a page of a form shows besides the form itself. */
export interface FormState {
  readonly language: "fr" | "en";
  /** Shown inside a page of somebody else: without ground and margins of its own. */
  readonly embedded: boolean;
  readonly token: string;
  readonly values: Readonly<Record<string, string>>;
  readonly error: string | null;
  readonly problems: Readonly<Record<string, string>>;
}

/** The form as a page that needs no script: every word of others is escaped, nothing in it is markup. */
export function formPage(form: FormFace, state: FormState): string {
  const { language, embedded, token, error, problems } = state;
  const say = (words: Bilingual): string => escaped(bilingual(words, language));
  const title = wordsIn(form.title, language);
  const wrong = form.fields.filter(({ id }) => problems[id] !== undefined);
  const other = language === "fr" ? "en" : "fr";
  const summary =
    error === null
      ? ""
      : `<div class="problems" role="alert" tabindex="-1" id="problems"><h2>${wrong.length > 0 ? say(FORM_WORDS.problems) : escaped(error)}</h2>${
          wrong.length > 0
            ? `<ul>${wrong.map(({ id, label }) => `<li><a href="#f-${id}">${escaped(wordsIn(label, language))}</a>&nbsp;: ${escaped(problems[id] ?? "")}</li>`).join("")}</ul>`
            : ""
        }</div>`;
  const addresses = form.fields.filter(isAddress);
  const neededAddresses = addresses.some(({ required }) => required) ? 0 : addresses.length;
  const body = `<h1>${escaped(title)}</h1>
${form.intro ? `<p class="intro">${escaped(wordsIn(form.intro, language))}</p>` : ""}
<div id="said" role="status"></div>
${summary}
<form method="post" action="/forms/${form.formId}${embedded ? "?embed=1" : ""}" enctype="multipart/form-data" accept-charset="utf-8">
<input type="hidden" name="_token" value="${escaped(token)}">
<input type="hidden" name="_language" value="${language}">
<div class="trap" aria-hidden="true"><label>${say(FORM_WORDS.trap)}<input name="${TRAP}" tabindex="-1" autocomplete="off"></label></div>
${form.fields.map((field) => fieldset(field, state, neededAddresses)).join("\n")}
<button type="submit">${say(FORM_WORDS.send)}</button>
</form>
${embedded ? "" : `<p class="languages"><a href="?lang=${other}" hreflang="${other}" lang="${other}">${say(FORM_WORDS.otherLanguage)}</a></p>`}`;
  return page(form, { language, embedded, title, body });
}

/** What whoever has sent a form sees. */
export function thanksPage(
  form: FormFace,
  { language, embedded, promise }: Pick<FormState, "language" | "embedded"> & { readonly promise: string },
): string {
  const title = form.thanks ? wordsIn(form.thanks, language) : bilingual(FORM_WORDS.thanks, language);
  const body = `<div class="thanks"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"></circle><path d="M7.5 12.5l3 3 6-6.5"></path></svg>
<h1>${escaped(title)}</h1><p>${escaped(promise)}</p>
<p><a href="/forms/${form.formId}?lang=${language}${embedded ? "&amp;embed=1" : ""}">${escaped(bilingual(FORM_WORDS.again, language))}</a></p></div>`;
  return page(form, { language, embedded, title, body });
}

/** The colours and corners that the owner chose, as a style sheet: our own pages allow no style inside them. */
export function themeSheet({ color, corner }: FormFace): string {
  const { light, dark } = accentOf(color);
  const set = ({ fill, onFill, text }: typeof light): string =>
    `--accent:${fill};--on-accent:${onFill};--accent-text:${text}`;
  return `:root{--corner:${corner}px;${set(light)}}
@media (prefers-color-scheme:dark){:root:not([data-scheme=light]){${set(dark)}}}
:root[data-scheme=dark]{${set(dark)}}
`;
}

function page(
  { formId, scheme }: FormFace,
  {
    language,
    embedded,
    title,
    body,
  }: Pick<FormState, "language" | "embedded"> & { readonly title: string; readonly body: string },
): string {
  return `<!doctype html>
<html lang="${language}" class="relais" data-scheme="${scheme}"${embedded ? ' data-embedded="true"' : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="${scheme === "auto" ? "light dark" : scheme}">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/forms/form.css">
<link rel="stylesheet" href="/forms/${formId}/theme.css">
<script src="/forms/form.js" defer></script>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** `neededAddresses`: so many fields ask for an address of which one must be given; 0: none, or one is required anyway. */
function fieldset(field: FormField, { language, values, problems }: FormState, neededAddresses: number): string {
  const { id, kind, required } = field;
  const label = escaped(wordsIn(field.label, language));
  const problem = problems[id];
  const value = values[id] ?? "";
  const help = field.help
    ? wordsIn(field.help, language)
    : kind === "file"
      ? bilingual(FORM_WORDS.files, language)
      : "";
  const described = [...(help ? [`h-${id}`] : []), ...(problem ? [`p-${id}`] : [])];
  const remark =
    required || kind === "consent"
      ? null
      : isAddress(field) && neededAddresses > 0
        ? oneOf(neededAddresses)
        : FORM_WORDS.optional;
  const optional = remark ? ` <span class="optional">(${bilingual(remark, language)})</span>` : "";
  const attributes = `id="f-${id}" name="${id}"${required ? " required" : ""}${described.length > 0 ? ` aria-describedby="${described.join(" ")}"` : ""}${problem ? ' aria-invalid="true"' : ""}`;
  const below = `${help ? `<p class="help" id="h-${id}">${escaped(help)}</p>` : ""}`;
  const wrong = `<p class="problem" id="p-${id}"${problem ? "" : " hidden"}>${escaped(problem ?? "")}</p>`;
  const group = (control: string): string =>
    `<div class="field" data-kind="${kind}"><label for="f-${id}">${label}${optional}</label>${below}${control}${wrong}</div>`;
  switch (kind) {
    case "text":
      return group(
        `<input type="text" ${attributes} maxlength="${LINE_LENGTH}"${autocompleteOf(field)} value="${escaped(value)}">`,
      );
    case "email":
      return group(
        `<input type="email" ${attributes} maxlength="${LINE_LENGTH}" autocomplete="email" inputmode="email" value="${escaped(value)}">`,
      );
    case "phone":
      return group(`<input type="tel" ${attributes} maxlength="40" autocomplete="tel" value="${escaped(value)}">`);
    case "date":
      return group(`<input type="date" ${attributes} value="${escaped(value)}">`);
    case "longText":
      return group(`<textarea ${attributes} rows="5" maxlength="${TEXT_LENGTH}">${escaped(value)}</textarea>`);
    case "file":
      return group(
        `<input type="file" ${attributes} accept="${ACCEPT}"${(field.maxFiles ?? 1) > 1 ? " multiple" : ""} data-most="${field.maxFiles ?? 1}">`,
      );
    case "choice":
      return group(
        `<select ${attributes}><option value="">${escaped(bilingual(FORM_WORDS.pick, language))}</option>${(
          field.options ?? []
        )
          .map(
            (option) =>
              `<option value="${escaped(option.id)}"${option.id === value ? " selected" : ""}>${escaped(wordsIn(option.label, language))}</option>`,
          )
          .join("")}</select>`,
      );
    case "consent":
      return `<div class="field" data-kind="consent"><label class="consent"><input type="checkbox" ${attributes} value="yes"${value ? " checked" : ""}><span>${label}</span></label>${below}${wrong}</div>`;
  }
}

function isAddress({ kind }: FormField): boolean {
  return kind === "email" || kind === "phone";
}

/** Somebody must be able to answer: what is said beside fields of which one will do. */
function oneOf(addresses: number): Bilingual | null {
  if (addresses === 1) return null;
  return addresses === 2 ? FORM_WORDS.oneOfTwo : FORM_WORDS.oneOfMany;
}

function autocompleteOf({ to }: FormField): string {
  if (to?.type !== "contact") return "";
  const known = new Map([
    ["name", "name"],
    ["firstName", "given-name"],
  ]).get(to.field);
  return known ? ` autocomplete="${known}"` : "";
}

const MARKS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? mark);
}
