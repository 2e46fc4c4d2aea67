/** What the editor of queries knows: the language, what fits at the caret, and the keys. */

import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLDialect } from "@codemirror/lang-sql";
import {
  bracketMatching,
  ensureSyntaxTree,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { type Extension, Prec } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { hintsAt, type SqlHint, type SqlSchema } from "../../model/sqlText";
import { fault } from "./editorFault";
import { colours, look } from "./editorLook";

const dialect = SQLDialect.define({
  keywords:
    "select distinct from where prewhere group by having order limit offset join left right inner full outer cross any semi " +
    "anti asof on using as and or not in between like ilike is case when then else end with union intersect all interval " +
    "second minute hour day week month quarter year asc desc nulls first last array over partition rows range unbounded " +
    "preceding following current row totals rollup cube except replace window",
  backslashEscapes: true,
  identifierQuotes: '`"',
});

interface EditorListeners {
  onChange: (text: string) => void;
  onRun: () => void;
  /** Escape, where no list is open. */
  onLeave: () => void;
  schema: () => SqlSchema | undefined;
}

/** All that an editor of queries is made of. */
export function editorSetup({ onChange, onRun, onLeave, schema }: EditorListeners): Extension {
  const run = () => {
    onRun();
    return true;
  };
  const leave = () => {
    onLeave();
    return true;
  };
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    bracketMatching(),
    closeBrackets(),
    dialect.language,
    syntaxHighlighting(colours),
    look,
    fault,
    placeholder("select … from spans"),
    autocompletion({
      override: [(context) => completionsAt(context, schema())],
      icons: false,
      activateOnTypingDelay: 60,
    }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "SQL query", spellcheck: "false" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    EditorView.domEventHandlers({ beforeinput: typeOver }),
    Prec.highest(
      keymap.of([
        { key: "Mod-Enter", run },
        { key: "Ctrl-Enter", run },
        { key: "Tab", run: acceptCompletion },
      ]),
    ),
    keymap.of([
      ...completionKeymap,
      ...closeBracketsKeymap,
      ...historyKeymap,
      { key: "Escape", run: leave },
      ...defaultKeymap,
    ]),
  ];
}

const PARSE_MS = 40;

function completionsAt(
  context: CompletionContext,
  schema: SqlSchema | undefined,
): CompletionResult | null {
  // On a busy machine the tree is a few keys behind; then it is made now, or else taken as it is.
  const tree = ensureSyntaxTree(context.state, context.pos, PARSE_MS) ?? syntaxTree(context.state);
  const node = tree.resolveInner(context.pos, -1).name;
  if (!schema || node === "String" || node.endsWith("Comment")) return null;
  const whole = context.state.doc.toString();
  const before = whole.slice(0, context.pos);
  if (!context.explicit && !/[\w.]$/.test(before)) return null;
  const { from, hints } = hintsAt(before, whole, schema);
  if (/^\d/.test(before.slice(from))) return null;
  return { from, options: hints.map(completionOf), validFor: /^\w*$/ };
}

function completionOf({ info, ...hint }: SqlHint): Completion {
  const made = { ...hint, ...(info === "" ? {} : { info }) };
  return hint.type === "function" ? { ...made, apply: callOf } : made;
}

/**
 * Writes over a selection without the browser's help: Chromium would carry over its colours in a style attribute, of
 * which the content security policy complains.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { data, inputType, isComposing } = event;
  const { from, to, empty } = view.state.selection.main;
  if (inputType !== "insertText" || isComposing || data === null || empty) return false;
  const insert = () =>
    view.state.update({ ...view.state.replaceSelection(data), userEvent: "input.type" });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
  return true;
}

/** The function's name with brackets, the caret between them. */
function callOf(view: EditorView, { label }: Completion, from: number, to: number): void {
  view.dispatch({
    changes: { from, to, insert: `${label}()` },
    selection: { anchor: from + label.length + 1 },
    userEvent: "input.complete",
  });
}
