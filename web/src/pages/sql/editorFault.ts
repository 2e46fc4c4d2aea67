/** The mark at the place where the server found a fault; it goes with the next change of the text. */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

const MARK = Decoration.mark({ class: "sql-fault" });

export const markFault = StateEffect.define<{ from: number; to: number } | null>();

export const fault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    const kept = change.docChanged ? Decoration.none : marks;
    return change.effects.reduce((found, effect) => {
      if (!effect.is(markFault)) return found;
      const { value } = effect;
      return value && value.to > value.from
        ? Decoration.set(MARK.range(value.from, value.to))
        : Decoration.none;
    }, kept);
  },
  provide: (field) => EditorView.decorations.from(field),
});
