/** The HTML part of a mail: the same words as the text, in a shape that every mail program shows. */
export function htmlPage(body: string): string {
  return (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>' +
    '<body style="margin:0;padding:16px;background:#ffffff"><div style="max-width:600px;font:16px/1.5 -apple-system,' +
    `'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1c1c1a">${body}</div></body></html>`
  );
}

/** Paragraphs, lines, *bold*, _italic_ and links of a text. */
export function wordsHtml(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => `<p style="margin:0 0 16px">${paragraph.split("\n").map(lineHtml).join("<br>")}</p>`)
    .join("");
}

export function linkHtml(label: string, url: string): string {
  const href = webAddress(url);
  if (href === null) return `<p style="margin:0 0 16px">${escaped(label)}</p>`;
  return (
    `<p style="margin:0 0 16px"><a href="${escaped(href)}" style="display:inline-block;padding:10px 18px;` +
    `border-radius:6px;background:#0f7b6c;color:#ffffff;text-decoration:none">${escaped(label)}</a></p>`
  );
}

export function pictureHtml(url: string, alt: string): string {
  const source = webAddress(url);
  if (source === null) return "";
  return `<p style="margin:0 0 16px"><img src="${escaped(source)}" alt="${escaped(alt)}" style="max-width:100%;height:auto;border-radius:6px"></p>`;
}

/** Only what a browser may open: an address with another scheme is shown as words. */
function webAddress(url: string): string | null {
  return /^(https?:\/\/|mailto:|tel:)/i.test(url) ? url : null;
}

const WEB = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

function lineHtml(line: string): string {
  let html = "";
  let from = 0;
  for (const match of line.matchAll(WEB)) {
    html += markedHtml(line.slice(from, match.index));
    html += `<a href="${escaped(match[0])}" style="color:#0f7b6c">${escaped(match[0])}</a>`;
    from = match.index + match[0].length;
  }
  return html + markedHtml(line.slice(from));
}

function markedHtml(text: string): string {
  return escaped(text)
    .replace(/\*(\S(?:[^*\n]*\S)?)\*/g, "<strong>$1</strong>")
    .replace(/(^|\s)_(\S(?:[^_\n]*\S)?)_(?=\s|[.,;:!?]|$)/g, "$1<em>$2</em>");
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
