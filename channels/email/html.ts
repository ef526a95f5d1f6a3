import { type FormatCallback, htmlToText } from "html-to-text";
import sanitizeHtml from "sanitize-html";
import { ALL_QUOTED, QUOTE_BEGINS, QUOTE_ENDS } from "./reply.ts";

/** Of HTML, this much is read: newsletters have 100 kB. */
const MOST_CHARS = 500_000;
const MOST_KEPT = 300_000;
/** Nested deeper, HTML is an attack on whoever draws or parses it: only its words are taken. */
const DEEPEST = 300;
const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|td|th|tr)$/;

/** Boxes into which mail programs put what is quoted or signed. */
const QUOTES = [
  "div.gmail_quote",
  "blockquote.gmail_quote",
  "div.gmail_attr",
  "blockquote[type=cite]",
  "div.moz-cite-prefix",
  "div.moz-signature",
  "div.gmail_signature",
  "div.yahoo_quoted",
  "div.protonmail_quote",
  "div.protonmail_signature_block",
  "div#Signature",
  "div#ms-outlook-mobile-signature",
  "div#AppleMailSignature",
  "div#x_Signature",
  "blockquote#isReplyContent",
  "div.zmail_extra",
];
/** From these on, everything is the mail that is answered. */
const ALL = [
  "div#divRplyFwdMsg",
  "div#appendonsend",
  "div#mail-editor-reference-message-container",
  "div#x_divRplyFwdMsg",
  "hr#stopSpelling",
];

const quoted: FormatCallback = (element, walk, builder, options) => {
  builder.openBlock({ leadingLineBreaks: options.leadingLineBreaks ?? 1 });
  builder.addLiteral(QUOTE_BEGINS);
  walk(element.children, builder);
  builder.addLiteral(QUOTE_ENDS);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const allQuoted: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addLiteral(ALL_QUOTED);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

/** The words of an HTML body, with marks where programs put quotes and signatures. */
export function wordsOfHtml(html: string): string {
  const input = html.slice(0, MOST_CHARS).replace(/[\ue000-\ue002]/g, "");
  if (isTooDeep(input)) return withoutTags(input);
  return htmlToText(input, {
    wordwrap: false,
    preserveNewlines: false,
    limits: { maxInputLength: MOST_CHARS, maxDepth: 150, maxChildNodes: 20_000, ellipsis: "…" },
    formatters: { quoted, allQuoted },
    selectors: [
      { selector: "img", format: "skip" },
      { selector: "style", format: "skip" },
      { selector: "script", format: "skip" },
      { selector: "a", options: { ignoreHref: true } },
      { selector: "h1", options: { uppercase: false } },
      { selector: "h2", options: { uppercase: false } },
      { selector: "h3", options: { uppercase: false } },
      { selector: "h4", options: { uppercase: false } },
      { selector: "p", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
      ...QUOTES.map((selector) => ({ selector, format: "quoted" })),
      ...ALL.map((selector) => ({ selector, format: "allQuoted" })),
    ],
  }).replaceAll("\0", "");
}

/**
 * HTML that agents may look at, in a frame without rights: words and their order are left, nothing that runs, styles the
 * page, sends a form or is loaded from elsewhere (an image tells its sender that it was seen).
 */
export function safeHtml(html: string): string {
  const input = html.slice(0, MOST_CHARS);
  return sanitizeHtml(isTooDeep(input) ? withoutTags(input) : input, {
    allowedTags: [
      ..."p br div span b strong i em u s a ul ol li blockquote pre code h1 h2 h3 h4 h5 h6 hr".split(" "),
      ..."table thead tbody tfoot tr th td caption small sub sup dl dt dd".split(" "),
    ],
    allowedAttributes: { a: ["href", "rel", "target"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan"] },
    allowedSchemes: ["https", "http", "mailto", "tel"],
    allowProtocolRelative: false,
    nestingLimit: 100,
    transformTags: {
      a: sanitizeHtml.simpleTransform("a", { rel: "noopener noreferrer nofollow", target: "_blank" }),
    },
  })
    .slice(0, MOST_KEPT)
    .replaceAll("\0", "")
    .trim();
}

/** Counts what is opened and not closed; elements that close themselves do not count. */
function isTooDeep(html: string): boolean {
  let depth = 0;
  for (const [, closes, name = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (VOID.test(name.toLowerCase())) continue;
    depth = closes ? Math.max(0, depth - 1) : depth + 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

function withoutTags(html: string): string {
  return html.replace(/<[^<>]*>?/g, " ");
}
