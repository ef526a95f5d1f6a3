/** A part of a flow's text that can be read for itself: one entry of the file, or one node or place in its block. */
export interface Block {
  /** `["name"]`, `["nodes", "greeting"]`; a holder of entries (`["nodes"]`) is only its own line. */
  readonly path: readonly string[];
  /** Offsets of whole lines, comments after the entry included. */
  readonly start: number;
  readonly end: number;
  readonly isHolder: boolean;
}

/** Entries that are blocks of entries, each worth a look of its own. */
const HOLDERS = new Set(["nodes", "layout"]);
const KEY = /^("[^"\\]*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*:(?=[ \t\r]|$)/;
const EMPTY_AFTER_KEY = /:[ \t]*(#.*)?\r?$/;

/**
 * Where the blocks of a flow's text lie, found by its lines alone; null when the text is not laid out so plainly that
 * this is certain. Each block must still parse for itself (no anchors, nothing left open): whoever uses it looks.
 */
export function blocksOf(source: string): readonly Block[] | null {
  const blocks: { path: readonly string[]; start: number; end: number; isHolder: boolean }[] = [];
  const seen = new Set<string>();
  let holder: string | null = null;
  let indent = 0;
  for (let at = 0; at < source.length; ) {
    const lineEnd = source.indexOf("\n", at);
    const next = lineEnd < 0 ? source.length : lineEnd + 1;
    const line = source.slice(at, lineEnd < 0 ? source.length : lineEnd);
    const own = /^ */.exec(line)?.[0].length ?? 0;
    const rest = line.slice(own);
    const isText = rest !== "" && rest !== "\r" && !rest.startsWith("#");
    if (isText && own === 0) {
      if (/^(---|\.\.\.|%|\uFEFF)/.test(line)) return null;
      const key = KEY.exec(line)?.[1];
      if (key === undefined) return null;
      const name = bare(key);
      holder = HOLDERS.has(name) && EMPTY_AFTER_KEY.test(line) ? name : null;
      indent = 0;
      if (seen.has(name)) return null;
      seen.add(name);
      blocks.push({ path: [name], start: at, end: next, isHolder: holder !== null });
    } else if (isText && holder !== null && (indent === 0 || own <= indent)) {
      if (indent === 0) indent = own;
      const key = own === indent ? KEY.exec(rest)?.[1] : undefined;
      if (key === undefined) return null;
      const id = `${holder}.${bare(key)}`;
      if (seen.has(id)) return null;
      seen.add(id);
      blocks.push({ path: [holder, bare(key)], start: at, end: next, isHolder: false });
    } else {
      const last = blocks[blocks.length - 1];
      if (last) last.end = next;
      else if (isText) return null;
    }
    at = next;
  }
  return blocks;
}

function bare(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key;
}
