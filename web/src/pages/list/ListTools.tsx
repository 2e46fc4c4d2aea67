import { useQuery } from "@tanstack/react-query";
import { type Counted, histogramQuery } from "../../api/histogram";
import type { Noun } from "../../api/rows";
import { counted, formatExact } from "../../model/format";
import { totalOf } from "../../model/histogram";
import { chosenColumns } from "../../model/listColumns";
import { NOTHING_SELECTED, type Selection } from "../../model/selection";
import { Button } from "../../ui/Button";
import { useHotkeys } from "../../ui/useHotkeys";
import type { View } from "../shell/useView";
import { ColumnMenu } from "./ColumnMenu";
import type { ListKind } from "./listKind";
import { type Go, useGo } from "./useGo";
import { ViewMenu } from "./ViewMenu";
import "./ListTools.css";

interface ListToolsProps<N extends Noun> {
  kind: ListKind<N>;
  view: View;
  /** The filter of what is counted. */
  counted: string;
  /** Whether they may be counted already. */
  isCounted: boolean;
  sort: string;
  columns: string;
  onColumns: (ids: string[]) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  hasFacets: boolean;
  onFacets: () => void;
  onExport: () => void;
}

/** What can be done with the list as a whole. */
export function ListTools<N extends Noun>(props: ListToolsProps<N>) {
  const { kind, view, sort, columns, selection } = props;
  const picked = selection.ids.size;
  return (
    <div className="list-tools" role="toolbar" aria-label={`${kind.title} tools`}>
      <Button
        icon="filter"
        aria-pressed={props.hasFacets}
        title="Facets (f)"
        onClick={props.onFacets}
      >
        Facets
      </Button>
      <ViewMenu noun={kind.noun} view={view} sort={sort} columns={columns} />
      {picked > 0 ? (
        <p className="list-count" role="status">
          <b>{counted(picked, kind.one)} selected</b>
          {kind.compare && picked === 2 && (
            <CompareButton compare={kind.compare} ids={[...selection.ids]} />
          )}
          <Button onClick={() => props.onSelect(NOTHING_SELECTED)}>Clear</Button>
        </p>
      ) : (
        <Count of={kind.of} view={view} filter={props.counted} isAsked={props.isCounted} />
      )}
      <ColumnMenu
        columns={kind.columns}
        shown={chosenColumns(kind.columns, columns, Infinity).map(({ id }) => id)}
        onChange={props.onColumns}
      />
      <Button icon="export" title="Export (e)" onClick={props.onExport}>
        Export
      </Button>
    </div>
  );
}

interface CompareButtonProps {
  compare: (first: string, second: string, go: Go) => void;
  ids: readonly string[];
}

/** Of two that are selected. */
function CompareButton({ compare, ids: [first = "", second = ""] }: CompareButtonProps) {
  const go = useGo();
  const open = () => compare(first, second, go);
  useHotkeys({ c: open });
  return (
    <Button variant="outlined" title="Compare them (c)" onClick={open}>
      Compare
    </Button>
  );
}

interface CountProps {
  of: Counted;
  view: View;
  filter: string;
  isAsked: boolean;
}

/** How many there are, and how many of them failed: the sums of the histogram. */
function Count({ of, view, filter, isAsked }: CountProps) {
  const { data } = useQuery({
    ...histogramQuery(view.project, of, view.range, filter),
    enabled: isAsked,
  });
  if (!data) return <p className="list-count" />;
  const errors = data.points.reduce((sum, point) => sum + point.errors, 0);
  return (
    <p className="list-count number">
      {counted(totalOf(data.points), of === "spans" ? "span" : "trace")}
      {errors > 0 && <span className="list-errors">{formatExact(errors)} failed</span>}
    </p>
  );
}
