import { type KeyboardEvent, useRef } from "react";
import { hasChildren, type Tree, type TreeSpan } from "../../model/tree";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useHotkeys } from "../../ui/useHotkeys";
import "./TreeTools.css";

interface TreeToolsProps {
  tree: Tree<TreeSpan>;
  query: string;
  matches: readonly number[];
  selected: number;
  onQuery: (query: string) => void;
  onStep: (by: 1 | -1) => void;
  onFold: (collapsed: ReadonlySet<string>) => void;
}

/** Find in this trace, and fold all of it. */
export function TreeTools(props: TreeToolsProps) {
  const { tree, query, matches, selected, onQuery, onStep, onFold } = props;
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
    onFold(
      new Set(
        tree.spans
          .filter((_, at) => (tree.depth[at] ?? 0) > 0 && hasChildren(tree, at))
          .map((span) => span.span_id),
      ),
    );
  const place = matches.indexOf(selected) + 1;
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
          {matches.length === 0 ? "none" : `${place > 0 ? place : "–"} of ${matches.length}`}
        </span>
      )}
      <Button onClick={foldAll}>Fold all</Button>
      <Button onClick={() => onFold(new Set())}>Unfold all</Button>
    </div>
  );
}
