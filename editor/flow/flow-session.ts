import type { Diagnostic, FlowEdit, TextSplice } from "../../engine/core/domain/diagnostic.ts";
import { applyEdits, applySplices, spliceBetween } from "../../engine/core/flow/edit.ts";
import { type FlowMerge, mergeFlows } from "../../engine/core/flow/merge.ts";
import { type ParsedFlow, parseFlow } from "../../engine/core/flow/parse.ts";
import { createBlockReader } from "../../engine/core/flow/read-blocks.ts";
import { ApiError } from "../api.ts";
import { type Drawing, drawingOf } from "./drawing.ts";

/** What of the server a session needs; tests bring their own. */
export interface FlowStore {
  read(): Promise<{ readonly source: string; readonly etag: string }>;
  /** Throws `ApiError` 412 when the file is not in the state `etag` any more. */
  write(source: string, etag: string): Promise<string>;
  /** All findings in this text. Answers of older texts may be dropped (null). */
  check(source: string): Promise<readonly Diagnostic[] | null>;
  wait(ms: number): Promise<void>;
}

export interface Conflict {
  readonly theirs: string;
  readonly etag: string;
  /** Null: a text cannot be read, so only one of both as a whole can be chosen. */
  readonly merge: FlowMerge | null;
}

export interface FlowState {
  readonly source: string;
  readonly parsed: ParsedFlow;
  /** The last text that could be drawn; while it cannot be read, the canvas stands still. */
  readonly drawing: Drawing | null;
  /** False: the text is no YAML. The canvas then changes nothing. */
  readonly isReadable: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly isChecked: boolean;
  readonly saving: "saved" | "waiting" | "saving" | "failed" | "conflict";
  readonly savedAt: Date | null;
  readonly problem: unknown;
  readonly conflict: Conflict | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Counts changes that came from elsewhere, for those who show the text. */
  readonly foreign: number;
}

interface Step {
  forward: readonly TextSplice[];
  back: readonly TextSplice[];
  /** Steps of one key right after each other are one step: a word is undone, not a letter. */
  readonly key: string | null;
  at: number;
}

const SAVE_AFTER_MS = 500;
const ONE_STEP_MS = 1500;

export type FlowSession = ReturnType<typeof openFlow>;

/**
 * One flow while somebody works on it: its text is the truth, the drawing follows. Every change, by hand or by the
 * canvas, is a step that can be taken back, byte for byte, without bound. It saves by itself, and never over what
 * somebody else has saved meanwhile.
 */
export function openFlow(first: { readonly source: string; readonly etag: string }, store: FlowStore) {
  const read = createBlockReader();
  let base = first.source;
  let etag = first.etag;
  const undos: Step[] = [];
  let redos: Step[] = [];
  let isClosed = false;
  const readers = new Set<() => void>();
  const parsedFirst = parseFlow(first.source, { read });
  let state: FlowState = {
    source: first.source,
    parsed: parsedFirst,
    drawing: drawingOf(read(first.source).value),
    isReadable: read(first.source).value !== undefined,
    diagnostics: parsedFirst.diagnostics,
    isChecked: false,
    saving: "saved",
    savedAt: null,
    problem: null,
    conflict: null,
    canUndo: false,
    canRedo: false,
    foreign: 0,
  };

  const update = (change: Partial<FlowState>): void => {
    state = { ...state, ...change, canUndo: undos.length > 0, canRedo: redos.length > 0 };
    for (const tell of readers) tell();
  };

  const show = (source: string, more: Partial<FlowState> = {}): void => {
    const { value } = read(source);
    update({
      source,
      parsed: parseFlow(source, { read }),
      drawing: drawingOf(value, state.drawing) ?? state.drawing,
      isReadable: value !== undefined,
      isChecked: false,
      ...more,
    });
    void check();
  };

  let checks = 0;
  const check = async (): Promise<void> => {
    const number = ++checks;
    const diagnostics = await store.check(state.source).catch(() => null);
    if (number !== checks || isClosed || !diagnostics) return;
    update({ diagnostics, isChecked: true });
  };

  let timer = 0;
  const saveSoon = (): void => {
    const own = ++timer;
    if (state.conflict) return;
    update({ saving: "waiting" });
    void store.wait(SAVE_AFTER_MS).then(() => (own === timer ? save() : undefined));
  };
  let saving: Promise<void> | null = null;
  const save = async (): Promise<void> => {
    if (saving) await saving;
    if (state.conflict) return;
    if (state.source === base) return update({ saving: "saved" });
    saving = write().finally(() => {
      saving = null;
    });
    await saving;
  };
  const write = async (): Promise<void> => {
    const { source } = state;
    update({ saving: "saving" });
    try {
      etag = await store.write(source, etag);
      base = source;
      update({ saving: state.source === source ? "saved" : "waiting", savedAt: new Date(), problem: null });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) await meet();
      else update({ saving: "failed", problem: error });
    }
  };

  /** The file is another one than we know: theirs is taken over, ours joins it, or a person decides. */
  const meet = async (): Promise<void> => {
    const theirs = await store.read();
    if (theirs.source === base || theirs.source === state.source) {
      [base, etag] = [theirs.source, theirs.etag];
      return theirs.source === state.source ? update({ saving: "saved" }) : saveSoon();
    }
    if (state.source === base) {
      [base, etag] = [theirs.source, theirs.etag];
      return step(theirs.source, null, { foreign: state.foreign + 1, saving: "saved" });
    }
    const merge = mergeFlows(base, state.source, theirs.source);
    if (!merge || merge.conflicts.length > 0)
      return update({ saving: "conflict", conflict: { theirs: theirs.source, etag: theirs.etag, merge } });
    settle(applyEdits(theirs.source, merge.edits).source, theirs);
  };

  const settle = (source: string, theirs: { readonly source: string; readonly etag: string }): void => {
    [base, etag] = [theirs.source, theirs.etag];
    step(source, null, { conflict: null, foreign: state.foreign + 1 });
    saveSoon();
  };

  /** One more text, with the way back. */
  const step = (source: string, key: string | null, more: Partial<FlowState> = {}): void => {
    const splice = spliceBetween(state.source, source);
    if (!splice) return update(more);
    push({ forward: [splice.forward], back: [splice.back], key, at: Date.now() });
    show(source, more);
  };
  const push = (one: Step): void => {
    const last = undos[undos.length - 1];
    redos = [];
    if (last && one.key !== null && last.key === one.key && one.at - last.at < ONE_STEP_MS) {
      last.forward = [...last.forward, ...one.forward];
      last.back = [...one.back, ...last.back];
      last.at = one.at;
    } else undos.push(one);
  };

  void check();
  return {
    state: () => state,
    subscribe(tell: () => void): () => void {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    /** Changes of the drawing, as edits of the text. Nothing happens while the text cannot be read. Throws when one cannot be done. */
    edit(edits: readonly FlowEdit[], key: string | null = null): void {
      if (!state.isReadable) return;
      const done = applyEdits(state.source, edits, read);
      if (done.source === state.source) return;
      push({ forward: done.splices, back: done.undo, key, at: Date.now() });
      show(done.source);
      saveSoon();
    },
    /** The text itself, as somebody wrote it. */
    write(source: string, key: string | null = "text"): void {
      if (source === state.source) return;
      step(source, key);
      saveSoon();
    },
    undo(): void {
      const last = undos.pop();
      if (!last) return;
      redos.push(last);
      show(applySplices(state.source, last.back), { foreign: state.foreign + 1 });
      saveSoon();
    },
    redo(): void {
      const last = redos.pop();
      if (!last) return;
      undos.push(last);
      show(applySplices(state.source, last.forward), { foreign: state.foreign + 1 });
      saveSoon();
    },
    save,
    /** The file changed on the disk, perhaps by our own write. */
    async changedOnDisk(mark: string | null): Promise<void> {
      if (saving) await saving;
      if (mark === null || mark === etag || state.conflict) return;
      await meet();
    },
    /** Ends a conflict with the text that was decided on. */
    decide(source: string): void {
      const { conflict } = state;
      if (conflict) settle(source, { source: conflict.theirs, etag: conflict.etag });
    },
    /** What surrounds the flow changed: its findings may be others. */
    recheck: () => void check(),
    close(): void {
      isClosed = true;
      timer++;
      readers.clear();
      if (state.source !== base && !state.conflict) void write();
    },
  };
}
