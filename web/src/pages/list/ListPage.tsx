import { type ReactNode, useState } from "react";
import type { Noun } from "../../api/rows";
import { NOTHING_SELECTED } from "../../model/selection";
import { bothOf } from "../../model/terms";
import { useHotkeys } from "../../ui/useHotkeys";
import { useMedia } from "../../ui/useMedia";
import { useStored } from "../../ui/useStored";
import { useView } from "../shell/useView";
import { ExportDialog } from "./ExportDialog";
import { Facets } from "./Facets";
import { ListBody } from "./ListBody";
import type { ListKind } from "./listKind";
import { ListTools } from "./ListTools";
import { RowAddressContext } from "./RowLink";
import { Strip } from "./Strip";
import { useListAddress } from "./useListAddress";
import { useRowAddress } from "./useRowAddress";
import { useRowList } from "./useRowList";
import "./ListPage.css";

interface ListPageProps<N extends Noun> {
  kind: ListKind<N>;
  /** Parameters of this list alone. */
  more?: Record<string, string>;
  /** What histogram and facets count beside the filter; "" counts all that it lets pass. */
  counted?: string;
  /** What stands above the list. */
  above?: ReactNode;
}

const NOTHING_MORE = {};

/** A list of rows with all that surrounds it: histogram, facets, panel, views and export. */
export function ListPage<N extends Noun>(props: ListPageProps<N>) {
  const { kind, more = NOTHING_MORE, counted = "", above } = props;
  const view = useView();
  const rowAddress = useRowAddress(view);
  const address = useListAddress();
  const [storedColumns, storeColumns] = useStored(`columns.${kind.noun}`, "");
  const isPhone = useMedia("(max-width: 720px)");
  const [facets, storeFacets] = useStored("facets", isPhone ? "folded" : "open");
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const [isExporting, setExporting] = useState(false);

  const sortable = kind.columns.flatMap(({ sorts }) => sorts ?? []);
  const isKnown = sortable.includes(address.sort.replace("-", ""));
  const sort = isKnown ? address.sort : kind.newestFirst;
  const columns = address.columns === "" ? storedColumns : address.columns;
  const { project, range, filterText: filter } = view;
  const question = { noun: kind.noun, project, range, filter, sort, more };
  const list = useRowList(kind, question);
  // Counting a million rows holds up a server: the rows come first.
  const isAsked = !list.query.isPending;
  const around = { of: kind.of, view, filter: bothOf(filter, counted), isAsked };
  const hasFacets = facets === "open";
  const foldFacets = () => storeFacets(hasFacets ? "folded" : "open");
  useHotkeys({ e: () => setExporting(true), f: foldFacets });

  const peek = address.peek === "" ? null : address.peek;
  const closePeek = () => address.set({ peek: "" }, true);
  return (
    <div className="list-page">
      {above}
      <ListTools
        kind={kind}
        view={view}
        counted={around.filter}
        isCounted={isAsked}
        sort={sort}
        columns={columns}
        onColumns={(ids) => {
          storeColumns(ids.join(","));
          address.set({ columns: ids.join(",") }, true);
        }}
        selection={selection}
        onSelect={setSelection}
        hasFacets={hasFacets}
        onFacets={foldFacets}
        onExport={() => setExporting(true)}
      />
      <Strip {...around} />
      <div className="list-parts">
        {hasFacets && <Facets {...around} fields={kind.facets} />}
        <RowAddressContext value={rowAddress}>
          <ListBody
            kind={kind}
            view={view}
            list={list}
            sort={sort}
            onSort={(next) => address.set({ sort: next === kind.newestFirst ? "" : next })}
            columns={columns}
            peek={peek}
            onPeek={(id) => address.set({ peek: id ?? "" }, true)}
            selection={selection}
            onSelect={setSelection}
          />
        </RowAddressContext>
        {peek !== null && (
          <kind.Peek
            key={peek}
            project={project}
            id={peek}
            row={list.rows.find((row) => kind.idOf(row) === peek)}
            onClose={closePeek}
          />
        )}
      </div>
      {isExporting && (
        <ExportDialog
          kind={kind}
          question={question}
          columns={columns}
          ids={[...selection.ids]}
          onClose={() => setExporting(false)}
        />
      )}
    </div>
  );
}
