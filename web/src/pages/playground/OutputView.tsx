import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CallResult } from "../../api/playground";
import { providersQuery } from "../../api/providers";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Duration } from "../../ui/Duration";
import { GrowingMarkdown } from "../../ui/GrowingMarkdown";
import { Markdown } from "../../ui/Markdown";
import { Money } from "../../ui/Money";
import { SimulatedChip } from "../../ui/SimulatedChip";
import { Tokens } from "../../ui/Tokens";
import "./OutputView.css";

interface OutputViewProps {
  project: string;
  call: CallResult;
  /** Whether it is one of those that are compared. */
  isPicked: boolean;
  onPick: () => void;
}

/** What one call has answered: its text, the tools it would call, its figures and its trace. */
export function OutputView({ project, call, isPicked, onPick }: OutputViewProps) {
  const isComing = call.status === "answering";
  return (
    <article
      className="output"
      aria-label={`Output ${call.number}, ${call.model}`}
      aria-busy={isComing}
      data-status={call.status}
    >
      <Head call={call} />
      <div className="output-text">
        {call.reasoning !== "" && (
          <details>
            <summary>Reasoning</summary>
            <p dir="auto">{call.reasoning}</p>
          </details>
        )}
        {isComing ? <GrowingMarkdown text={call.text} /> : <Markdown text={call.text} />}
        {call.tool_calls.map((one, at) => (
          <p key={at} className="output-tool mono">
            <b>{one.name}</b> {one.arguments}
          </p>
        ))}
        {call.status === "error" && (
          <p className="output-error" role="alert">
            {call.error}
          </p>
        )}
        {call.status === "stopped" && <p className="output-end">Stopped.</p>}
      </div>
      <footer>
        <Figures call={call} />
        <span className="output-tools">
          <Button aria-pressed={isPicked} disabled={isComing} onClick={onPick}>
            Compare
          </Button>
          <Link
            className="button"
            to="/p/$project/traces/$traceId"
            params={{ project, traceId: call.trace_id }}
          >
            Trace
          </Link>
          <CopyButton text={call.text} what="output" />
        </span>
      </footer>
    </article>
  );
}

function Head({ call }: { call: CallResult }) {
  const { data: providers = [] } = useQuery(providersQuery);
  const isSimulated = providers.find(({ name }) => name === call.provider)?.is_simulated;
  return (
    <header>
      <b className="cut">{call.model}</b>
      {isSimulated ? <SimulatedChip /> : <span className="cut">{call.provider}</span>}
      {call.finish_reason !== "" && <span className="output-reason">{call.finish_reason}</span>}
    </header>
  );
}

function Figures({ call }: { call: CallResult }) {
  const { figures, duration_ns: durationNs, first_token_ns: firstTokenNs } = call;
  return (
    <span className="output-figures">
      {figures && <Tokens input={figures.input_tokens} output={figures.output_tokens} hasOutput />}
      {figures && <Money dollars={figures.total_cost} />}
      {durationNs !== null && <Duration ns={durationNs} />}
      {firstTokenNs !== null && (
        <span>
          <Duration ns={firstTokenNs} />
          <span className="unit">first token</span>
        </span>
      )}
      {call.status === "answering" && <span role="status">answering</span>}
    </span>
  );
}
