import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { spliceBetween } from "../../../engine/core/flow/edit.ts";
import { useLanguage, useWords } from "../../words/words.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { flowWords } from "../words.ts";
import { flowCompletion } from "./completion.ts";
import { FRENCH } from "./phrases.ts";
import { yamlTheme } from "./theme.ts";

/** Marks what came from the canvas, so that it is not taken for typing. */
const fromCanvas = Annotation.define<boolean>();

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--brand)" },
  { tag: [tags.string, tags.content], color: "var(--ink)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--assistant)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

/** A key that was taken. */
function did(act: () => void): true {
  act();
  return true;
}

/** The flow's text, both ways in step with the canvas: what is typed is drawn, what is drawn is written. */
export function YamlEditor() {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session, mayEdit, line, selected } = useFlow();
  const source = useFlowPart((state) => state.source);
  const diagnostics = useFlowPart((state) => state.diagnostics);
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const editable = useRef(new Compartment());
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is given to it below
  useEffect(() => {
    if (!host.current) return;
    view.current = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: session.state().source,
        extensions: [
          lineNumbers(),
          foldGutter(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          lintGutter(),
          yaml(),
          syntaxHighlighting(colours),
          autocompletion({ override: [flowCompletion(() => session.state())] }),
          editable.current.of(EditorState.readOnly.of(!mayEdit)),
          EditorView.contentAttributes.of({ "aria-label": t("yaml"), tabindex: "0" }),
          EditorView.lineWrapping,
          yamlTheme,
          EditorState.phrases.of(language === "fr" ? FRENCH : {}),
          keymap.of([
            // One history for text and canvas: the session's.
            { key: "Mod-z", preventDefault: true, run: () => did(session.undo) },
            { key: "Mod-y", preventDefault: true, run: () => did(session.redo) },
            { key: "Mod-Shift-z", preventDefault: true, run: () => did(session.redo) },
            ...completionKeymap,
            ...searchKeymap,
            ...foldKeymap,
            ...defaultKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of((update) => {
            const isOurs = update.transactions.some((transaction) => transaction.annotation(fromCanvas));
            if (update.docChanged && !isOurs) session.write(update.state.doc.toString());
          }),
        ],
      }),
    });
    return () => view.current?.destroy();
  }, []);
  useEffect(() => {
    view.current?.dispatch({ effects: editable.current.reconfigure(EditorState.readOnly.of(!mayEdit)) });
  }, [mayEdit]);
  useEffect(() => {
    const now = view.current?.state.doc.toString() ?? source;
    const splice = spliceBetween(now, source);
    if (!splice) return;
    const { at, remove, insert } = splice.forward;
    view.current?.dispatch({
      changes: { from: at, to: at + remove, insert },
      annotations: [fromCanvas.of(true), Transaction.addToHistory.of(false)],
    });
  }, [source]);
  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const length = current.state.doc.length;
    const marks = diagnostics.map(
      ({ range, severity, message }): Mark => ({
        from: Math.min(range.start.offset, length),
        to: Math.min(range.end.offset, length),
        severity,
        message: message[language],
      }),
    );
    current.dispatch(setDiagnostics(current.state, marks));
  }, [diagnostics, language]);
  useEffect(() => {
    const { current } = view;
    if (!current || line === null) return;
    const place = current.state.doc.line(Math.min(line, current.state.doc.lines));
    current.dispatch({
      selection: { anchor: place.from },
      effects: EditorView.scrollIntoView(place.from, { y: "center" }),
    });
    current.focus();
  }, [line]);
  const [chosen] = selected;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice moves the text, not what is typed in it
  useEffect(() => {
    const { current } = view;
    if (!current || !chosen || current.hasFocus) return;
    const { offset } = session.state().parsed.rangeOf(["nodes", chosen], "key").start;
    current.dispatch({
      effects: EditorView.scrollIntoView(Math.min(offset, current.state.doc.length), { y: "start" }),
    });
  }, [chosen]);
  return <div ref={host} className="h-full overflow-hidden" />;
}
