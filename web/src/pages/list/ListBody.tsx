import type { Noun } from "../../api/rows";
import type { Selection } from "../../model/selection";
import { RowList } from "../../ui/list/RowList";
import { Waiting } from "../../ui/Waiting";
import type { View } from "../shell/useView";
import { EmptyList } from "./EmptyList";
import { FailedList } from "./FailedList";
import type { ListKind } from "./listKind";
import { useGo } from "./useGo";
import type { useRowList } from "./useRowList";

interface ListBodyProps<N extends Noun> {
  kind: ListKind<N>;
  view: View;
  list: ReturnType<typeof useRowList<N>>;
  sort: string;
  onSort: (sort: string) => void;
  columns: string;
  peek: string | null;
  onPeek: (id: string | null) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
}

/** The rows, or why there are none. */
export function ListBody<N extends Noun>(props: ListBodyProps<N>) {
  const { kind, view, list, sort } = props;
  const { query, rows, added } = list;
  const go = useGo();
  if (rows.length === 0) {
    return (
      <div className="list-state">
        {query.isPending ? (
          <Waiting rows={24} />
        ) : query.isError ? (
          <FailedList
            what={kind.title.toLowerCase()}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <EmptyList kind={kind} view={view} />
        )}
      </div>
    );
  }
  return (
    <RowList
      key={`${view.project} ${view.filterText} ${sort}`}
      label={kind.title}
      noun={kind.one}
      rows={rows}
      idOf={kind.idOf}
      nameOf={kind.nameOf}
      columns={kind.columns}
      chosen={props.columns}
      sort={sort}
      onSort={props.onSort}
      added={added}
      // Once more when the list has been read again: nothing further is asked for meanwhile.
      hasMore={query.hasNextPage && !query.isRefetching}
      onMore={() => {
        if (!query.isFetching) void query.fetchNextPage();
      }}
      peeked={props.peek}
      onPeek={props.onPeek}
      onOpen={(row) => kind.open(row, go)}
      selection={props.selection}
      onSelect={props.onSelect}
      actions={kind.actions}
      {...(kind.preview ? { preview: kind.preview } : {})}
    />
  );
}
