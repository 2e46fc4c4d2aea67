/** How the editor looks: all from the tokens, so that it follows the theme by itself. */

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--text-faint)", fontStyle: "italic" },
]);

const shownFocus = { outline: "none" };

export const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", background: "var(--bg)" },
  "&.cm-focused": shownFocus,
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "var(--size-12)", lineHeight: "1.6" },
  ".cm-content": { padding: "var(--space-2) 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 var(--space-3) 0 var(--space-2)" },
  ".cm-gutters": { border: "0", color: "var(--text-faint)", background: "var(--bg)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "36px", padding: "0 4px 0 var(--space-2)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--bg-hover)" },
  ".cm-activeLineGutter": { color: "var(--text-dim)", backgroundColor: "transparent" },
  ".cm-content ::selection, .cm-line::selection": { background: "var(--bg-selected)" },
  ".cm-placeholder": { color: "var(--text-faint)" },
  "&.cm-focused .cm-matchingBracket": {
    outline: "1px solid var(--line-strong)",
    background: "none",
  },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--error)", background: "none" },
  ".sql-fault": {
    textDecoration: "underline wavy var(--error)",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--error-bg)",
  },
  ".sql-fault-line .cm-gutterElement": { color: "var(--error)" },
  ".cm-tooltip": {
    zIndex: "20",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-control)",
    color: "var(--text)",
    background: "var(--bg-raised)",
    boxShadow: "var(--shadow)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    maxHeight: "234px",
    maxWidth: "min(480px, 92vw)",
    fontFamily: "var(--font-mono)",
    fontSize: "var(--size-12)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "var(--space-4)",
    alignItems: "center",
    height: "26px",
    padding: "0 var(--space-2)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--text)",
    background: "var(--bg-selected)",
  },
  ".cm-completionLabel": { overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)" },
  ".cm-completionDetail": {
    marginLeft: "auto",
    color: "var(--text-faint)",
    fontFamily: "var(--font-text)",
    fontSize: "var(--size-11)",
    fontStyle: "normal",
    whiteSpace: "nowrap",
  },
  ".cm-tooltip.cm-completionInfo": {
    maxWidth: "320px",
    padding: "var(--space-2)",
    color: "var(--text-dim)",
    fontFamily: "var(--font-text)",
    fontSize: "var(--size-12)",
    whiteSpace: "pre-line",
  },
});
