import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from "react";
import { markAt, type SqlSchema } from "../../model/sqlText";
import { markFault } from "./editorFault";
import { editorSetup } from "./editorSetup";
import "./SqlEditor.css";

export interface SqlEditorHandle {
  focus: () => void;
  /** Another query in place of the one that is there; it can be undone. */
  replace: (text: string) => void;
  /** Puts a text at the caret. */
  insert: (text: string) => void;
  /** Brings the caret to the place of the fault. */
  toFault: () => void;
}

/** A place in the text, from one. */
export interface SqlPlace {
  line: number;
  column: number;
}

interface SqlEditorProps {
  ref: Ref<SqlEditorHandle>;
  initial: string;
  schema: SqlSchema | undefined;
  fault: SqlPlace | null;
  onChange: (text: string) => void;
  onRun: () => void;
  onLeave: () => void;
}

/**
 * The editor of queries. It stands in a shadow tree: there its styles are sheets of the tree, which the
 * content security policy allows, and not elements of the page, which it does not.
 */
export function SqlEditor({ ref, initial, schema, fault, ...listeners }: SqlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const onChange = useEffectEvent(listeners.onChange);
  const onRun = useEffectEvent(listeners.onRun);
  const onLeave = useEffectEvent(listeners.onLeave);
  const known = useEffectEvent(() => schema);
  const create = useEffectEvent((root: ShadowRoot) => {
    const setup = editorSetup({
      onChange: (text) => onChange(text),
      onRun: () => onRun(),
      onLeave: () => onLeave(),
      schema: () => known(),
    });
    const state = EditorState.create({ doc: initial, extensions: setup });
    return new EditorView({ state, parent: root, root });
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = create(element.shadowRoot ?? element.attachShadow({ mode: "open" }));
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const text = view.current?.state.doc.toString() ?? "";
    const place = fault && markAt(text, fault.line, fault.column);
    view.current?.dispatch({
      effects: [
        markFault.of(place),
        ...(place ? [EditorView.scrollIntoView(place.from, { y: "center" })] : []),
      ],
    });
  }, [fault]);

  useImperativeHandle(ref, () => handleOf(view, fault), [fault]);
  return <div ref={host} className="sql-editor" />;
}

function handleOf(
  shown: { readonly current: EditorView | null },
  fault: SqlPlace | null,
): SqlEditorHandle {
  return {
    focus: () => shown.current?.focus(),
    replace: (text) => {
      const view = shown.current;
      view?.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: text.length },
      });
    },
    insert: (text) => {
      const view = shown.current;
      view?.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
      view?.focus();
    },
    toFault: () => {
      const view = shown.current;
      if (!view || !fault) return;
      const { from, to } = markAt(view.state.doc.toString(), fault.line, fault.column);
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
    },
  };
}
