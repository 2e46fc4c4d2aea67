import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ComparedRow, ComparedSpan, ComparedTrace, Comparison } from "../../api/compare";
import { type SpanDetail, spanQuery } from "../../api/spans";
import { ASPECTS } from "../../model/compareWords";
import { nameOr } from "../../model/format";
import { saidOf } from "../../model/spoken";
import { Button } from "../../ui/Button";
import { KindGlyph } from "../../ui/KindGlyph";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { WordDiff } from "../../ui/WordDiff";
import { TraceLink } from "../list/TraceLink";
import "./CompareDiff.css";

interface CompareDiffProps {
  comparison: Comparison;
  row: ComparedRow;
  onClose: () => void;
}

/** A step of both in full: what it was given and said, word by word. */
export function CompareDiff({ comparison, row, onClose }: CompareDiffProps) {
  const { first, second } = row;
  const name = nameOr((first ?? second)?.name ?? "", "");
  const isUsual = comparison.second.trace_id === "";
  return (
    <section className="compare-diff" aria-label="Step">
      <header>
        <KindGlyph kind={row.kind} />
        <h3 className="cut">{name}</h3>
        {first && (
          <TraceLink traceId={comparison.first.trace_id} spanId={first.span_id}>
            First
          </TraceLink>
        )}
        {second && !isUsual && (
          <TraceLink traceId={comparison.second.trace_id} spanId={second.span_id}>
            Second
          </TraceLink>
        )}
        <Button icon="close" aria-label="Close (Esc)" onClick={onClose} />
      </header>
      <p className="compare-differs">
        {row.differs.length === 0
          ? "Nothing differs here but time and ids."
          : `Different: ${row.differs.map((aspect) => ASPECTS[aspect]).join(", ")}.`}
      </p>
      {isUsual ? (
        <p className="compare-differs">
          What is usual has no texts: medians of time, tokens and cost.
        </p>
      ) : (
        <Texts comparison={comparison} row={row} />
      )}
    </section>
  );
}

function Texts({ comparison, row }: Omit<CompareDiffProps, "onClose">) {
  const one = useSide(comparison.first, row.first);
  const other = useSide(comparison.second, row.second);
  const failed = [one, other].find(({ isError }) => isError);
  if (failed?.error) {
    return (
      <Notice title="The step could not be read" tone="error">
        <p>{failed.error.message}</p>
        <Button variant="outlined" onClick={() => void failed.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (one.isLoading || other.isLoading) return <Waiting rows={8} />;
  return <Sections first={one.data} second={other.data} />;
}

/** All of a step on one side; nothing where it is missing. */
function useSide({ trace_id: traceId }: ComparedTrace, span: ComparedSpan | null) {
  const { project } = useParams({ from: "/p/$project" });
  const asked = spanQuery(project, traceId, span?.span_id ?? "");
  return useQuery({ ...asked, enabled: span !== null });
}

interface SectionsProps {
  first: SpanDetail | undefined;
  second: SpanDetail | undefined;
}

/** What differs stands open, the rest is named. */
function Sections({ first, second }: SectionsProps) {
  const sections = useMemo(() => {
    const ours = first ? saidOf(first) : [];
    const theirs = second ? saidOf(second) : [];
    const titles = (ours.length > 0 ? ours : theirs).map(({ title }) => title);
    return titles
      .map((title) => ({
        title,
        first: ours.find((said) => said.title === title)?.text ?? "",
        second: theirs.find((said) => said.title === title)?.text ?? "",
      }))
      .filter((section) => section.first !== "" || section.second !== "");
  }, [first, second]);
  const isPair = first !== undefined && second !== undefined;
  return (
    <div className="compare-sections" tabIndex={0} role="region" aria-label="Texts of the step">
      {sections.map((section) => (
        <details key={section.title} open={!isPair || section.first !== section.second}>
          <summary>
            {section.title}
            {isPair && section.first === section.second && <small>the same</small>}
          </summary>
          <WordDiff first={section.first} second={section.second} />
        </details>
      ))}
    </div>
  );
}
