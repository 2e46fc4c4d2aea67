import type { ReactNode } from "react";
import type { TraceSpan } from "../../api/traces";
import { nameOr } from "../../model/format";
import { answersInTokens } from "../../model/kinds";
import { Button } from "../../ui/Button";
import { Duration } from "../../ui/Duration";
import { KindGlyph } from "../../ui/KindGlyph";
import { Money } from "../../ui/Money";
import { StatusDot } from "../../ui/StatusDot";
import { Tokens } from "../../ui/Tokens";

type Headed = Pick<
  TraceSpan,
  | "span_id"
  | "kind"
  | "name"
  | "status"
  | "duration_ns"
  | "input_tokens"
  | "output_tokens"
  | "total_cost"
>;

interface SpanHeadProps {
  span: Headed;
  onClose: () => void;
  /** What stands behind the figures. */
  children?: ReactNode;
}

/** What a span is, how it went, and its figures. */
export function SpanHead({ span, onClose, children }: SpanHeadProps) {
  return (
    <header className="span-head">
      <div>
        <KindGlyph kind={span.kind} />
        <h3 className="cut" title={span.name}>
          {nameOr(span.name, span.span_id)}
        </h3>
        <StatusDot status={span.status} word />
        <Button icon="close" aria-label="Close the span" onClick={onClose} />
      </div>
      <div className="span-figures">
        <Duration ns={span.duration_ns} />
        <Tokens
          input={span.input_tokens}
          output={span.output_tokens}
          hasOutput={answersInTokens(span.kind)}
        />
        <Money dollars={span.total_cost} />
        {children}
      </div>
    </header>
  );
}
