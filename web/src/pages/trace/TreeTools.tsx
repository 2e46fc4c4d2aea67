import { type KeyboardEvent, useRef } from "react";
import { formatExact } from "../../model/format";
import { type Heat, HEATS } from "../../model/heat";
import { type Folds, NO_FOLDS } from "../../model/rows";
import { hasChildren, type Tree, type TreeSpan } from "../../model/tree";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Segments } from "../../ui/Segments";
import { useHotkeys } from "../../ui/useHotkeys";
import "./TreeTools.css";

interface TreeToolsProps {
  tree: Tree<TreeSpan>;
  query: string;
  /** Null while they are still being counted. */
  matches: readonly number[] | null;
  selected: number;
  heat: Heat;
  onQuery: (query: string) => void;
  onStep: (by: 1 | -1) => void;
  onFold: (folds: Folds) => void;
  onHeat: (heat: Heat) => void;
}

const NAMES: Record<Heat, string> = { off: "Kind", time: "Time", cost: "Cost" };

/** Find in this trace, colour it by heat, and fold all of it. */
export function TreeTools(props: TreeToolsProps) {
  const { tree, query, onQuery, onStep, onFold } = props;
  const input = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => input.current?.focus() });
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      onQuery("");
      input.current?.blur();
    } else return;
    event.preventDefault();
  };
  // Below the roots: a trace folded to nothing but its root says nothing.
  const foldAll = () =>
    onFold({
      ...NO_FOLDS,
      closed: new Set(
        tree.spans
          .filter((_, at) => (tree.depth[at] ?? 0) > 0 && hasChildren(tree, at))
          .map((span) => span.span_id),
      ),
    });
  return (
    <div className="tree-tools">
      <Icon name="search" />
      <input
        ref={input}
        aria-label="Find in this trace"
        placeholder="Find in this trace"
        spellCheck={false}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={press}
      />
      {query !== "" && (
        <span className="tree-matches number" role="status">
          {countOf(props)}
        </span>
      )}
      <Segments
        label="Colour of the bars"
        choices={HEATS}
        chosen={props.heat}
        nameOf={(heat) => NAMES[heat]}
        onChoose={props.onHeat}
      />
      <Button onClick={foldAll}>Fold all</Button>
      <Button onClick={() => onFold(NO_FOLDS)}>Unfold all</Button>
    </div>
  );
}

function countOf({ matches, selected }: TreeToolsProps): string {
  if (matches === null) return "…";
  if (matches.length === 0) return "none";
  const place = matches.indexOf(selected) + 1;
  return `${place > 0 ? formatExact(place) : "–"} of ${formatExact(matches.length)}`;
}
