import { useQueries, useQuery } from "@tanstack/react-query";
import { histogramQuery } from "../../api/histogram";
import type { Noun } from "../../api/rows";
import { newestTraceQuery } from "../../api/traces";
import { counted } from "../../model/format";
import { totalOf } from "../../model/histogram";
import { describeRange } from "../../model/range";
import { termsOf } from "../../model/terms";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { FirstTrace } from "../overview/FirstTrace";
import type { View } from "../shell/useView";
import type { ListKind } from "./listKind";
import "./EmptyList.css";

interface EmptyListProps<N extends Noun> {
  kind: Pick<ListKind<N>, "one" | "title" | "of">;
  view: View;
}

/** Why the list is empty: nothing was ever sent, the range is too short, or the filter hides it all. */
export function EmptyList<N extends Noun>({ kind, view }: EmptyListProps<N>) {
  const newest = useQuery(newestTraceQuery(view.project));
  if (newest.isPending) return null;
  if (!newest.data) return <FirstTrace project={view.project} />;
  const isFiltered = view.filterText !== "";
  return (
    <Notice
      title={
        isFiltered
          ? `No ${kind.one} passes this filter`
          : `No ${kind.title.toLowerCase()} in this time range`
      }
    >
      {isFiltered && <HidingTerms kind={kind} view={view} />}
      <p>
        Range: {describeRange(view.range).toLowerCase()}. The newest trace of {view.project} came{" "}
        <Age time={newest.data.start} ago />.
      </p>
      {isFiltered && (
        <Button variant="outlined" onClick={() => view.setFilter("")}>
          Clear the filter
        </Button>
      )}
      {view.range.kind !== "all" && (
        <Button variant="outlined" onClick={() => view.setRange({ kind: "all" })}>
          Show all time
        </Button>
      )}
    </Notice>
  );
}

/** Each of them costs a question. */
const MOST_TERMS = 8;

/** What would be listed without each part of the filter: the part that hides everything is found. */
function HidingTerms<N extends Noun>({ kind, view }: EmptyListProps<N>) {
  const terms = termsOf(view.filterText).slice(0, MOST_TERMS);
  const without = terms.map((_, at) => terms.filter((_, other) => other !== at).join(" "));
  const answers = useQueries({
    queries: without.map((filter) => histogramQuery(view.project, kind.of, view.range, filter)),
  });
  return (
    <ul className="hiding">
      {terms.map((term, at) => {
        const { data } = answers[at] ?? {};
        const count = data ? totalOf(data.points) : null;
        return (
          <li key={term} data-hides={count !== null && count > 0}>
            <code>{term}</code>
            <span>
              {count === null
                ? ""
                : `without it ${counted(count, kind.of === "spans" ? "span" : "trace")}`}
            </span>
            {count !== null && count > 0 && (
              <Button onClick={() => view.setFilter(without[at] ?? "")}>Take it out</Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
