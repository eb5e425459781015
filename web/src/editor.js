// The two editors: CodeMirror with YAML, lines that can be lit, and findings in the margin.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, foldGutter, foldKeymap, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sentences } from "./dom.js";
import { tr } from "./language.js";

const style = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "y-key" },
  { tag: [tags.string, tags.content, tags.attributeValue], class: "y-string" },
  { tag: [tags.number, tags.bool, tags.labelName, tags.keyword], class: "y-number" },
  { tag: tags.comment, class: "y-comment" },
]);

const light = StateEffect.define();
const litLines = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    value = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(light)) continue;
      const { lines, name } = effect.value;
      const mark = Decoration.line({ class: name });
      value = Decoration.set(lines.filter((n) => n >= 1 && n <= transaction.state.doc.lines).map((n) => mark.range(transaction.state.doc.line(n).from)), true);
    }
    return value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Makes an editor. label() names it. onEdit(text, line, column) is told what the user types, onPlace(line, column) where the user goes. */
export function makeEditor(parent, { label, readOnly, onEdit, onPlace }) {
  const language = new Compartment();
  const words = new Compartment();
  const past = new Compartment(); // what can be undone: only what was typed into the text that is shown
  const wording = () => [EditorState.phrases.of(phrases()), EditorView.contentAttributes.of({ "aria-label": label() })];
  const extensions = [
    lineNumbers(), foldGutter({ markerDOM: foldMarker }), past.of(history()), drawSelection(), highlightSelectionMatches(), litLines,
    syntaxHighlighting(style), language.of(yaml()),
    keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...searchKeymap]),
    words.of(wording()), EditorView.contentAttributes.of({ spellcheck: "false", tabindex: "0" }),
    EditorState.readOnly.of(readOnly), EditorView.lineWrapping,
    EditorView.updateListener.of((update) => {
      const byUser = update.transactions.some((t) => t.isUserEvent("input") || t.isUserEvent("delete") || t.isUserEvent("undo") || t.isUserEvent("redo") || t.isUserEvent("move"));
      const edited = update.docChanged && byUser;
      if (!edited && !(update.selectionSet && update.transactions.some((t) => t.isUserEvent("select")))) return;
      const head = update.state.selection.main.head;
      const line = update.state.doc.lineAt(head);
      if (edited) onEdit?.(update.state.doc.toString(), line.number, head - line.from + 1);
      else onPlace?.(line.number, head - line.from + 1);
    }),
  ];
  if (!readOnly) extensions.push(lintGutter());
  const view = new EditorView({ parent, state: EditorState.create({ doc: "", extensions }) });
  parent.view = view; // only lines that can be seen are in the document
  let parts = []; // as they were shown last
  return {
    view,
    /** Says label and panels in the language that was chosen. */
    reword: () => view.dispatch({ effects: words.reconfigure(wording()) }),
    text: () => view.state.doc.toString(),
    show(text, isYAML = true) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ effects: past.reconfigure([]) });
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, effects: language.reconfigure(isYAML ? yaml() : []) });
      view.dispatch({ effects: past.reconfigure(history()) });
    },
    /** Shows parts with a separator between them. Only what has changed is replaced, so that the rest keeps its colours and lights. */
    showParts(next, separator) {
      const current = parts.length > 0 && view.state.doc.length === parts.join(separator).length;
      view.dispatch({ changes: (current && changesOf(parts, next, separator)) || { from: 0, to: view.state.doc.length, insert: next.join(separator) } });
      parts = next;
    },
    /** Lights lines (from 1). The view moves there if none of them can be seen. */
    light(lines, { name = "lit", reveal = false } = {}) {
      view.dispatch({ effects: light.of({ lines, name }) });
      if (reveal && lines.length) this.reveal(lines);
    },
    reveal(lines) {
      const doc = view.state.doc;
      const box = view.scrollDOM.getBoundingClientRect();
      const visible = lines.some((n) => {
        if (n > doc.lines) return false;
        const at = view.coordsAtPos(doc.line(n).from);
        return at && at.top >= box.top && at.bottom <= box.bottom;
      });
      if (!visible && lines[0] <= doc.lines) view.dispatch({ effects: EditorView.scrollIntoView(doc.line(lines[0]).from, { y: "start", yMargin: 60 }) });
    },
    go(line, column = 1) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: Math.min(at.from + column - 1, at.to) }, effects: EditorView.scrollIntoView(at.from, { y: "center" }), userEvent: "select" });
    },
    findings(list) {
      const doc = view.state.doc;
      const diagnostics = list.filter((f) => f.line >= 1 && f.line <= doc.lines).map((f) => {
        const line = doc.line(f.line);
        const from = Math.min(line.from + Math.max(f.column, 1) - 1, line.to);
        return { from, to: line.to, severity: f.severity, message: `${f.code}: ${sentences(f.message, f.help)}` };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
  };
}

/** The changes that make the parts before those after, null where their number is another. */
function changesOf(before, after, separator) {
  if (before.length !== after.length) return null;
  const changes = [];
  let at = 0;
  for (const [i, old] of before.entries()) {
    const now = after[i];
    if (old !== now) {
      const shorter = Math.min(old.length, now.length);
      let head = 0;
      while (head < shorter && old[head] === now[head]) head++;
      let tail = 0;
      while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
      changes.push({ from: at + head, to: at + old.length - tail, insert: now.slice(head, now.length - tail) });
    }
    at += old.length + separator.length;
  }
  return changes;
}

function foldMarker(open) {
  const mark = document.createElement("span");
  mark.textContent = open ? "▾" : "▸";
  mark.ariaHidden = "true";
  return mark;
}

/** What the panels and buttons of CodeMirror say. */
function phrases() {
  return {
    "Find": tr("Find"), "Replace": tr("Replace"), "next": tr("next"), "previous": tr("previous"), "all": tr("all"), "match case": tr("match case"),
    "by word": tr("by word"), "regexp": tr("regexp"), "replace": tr("replace"), "replace all": tr("replace all"), "close": tr("close"),
    "Go to line": tr("Go to line"), "go": tr("go"), "Fold line": tr("Fold line"), "Unfold line": tr("Unfold line"), "folded code": tr("folded code"),
    "unfold": tr("unfold"), "Diagnostics": tr("Diagnostics"), "No diagnostics": tr("No diagnostics"),
  };
}
