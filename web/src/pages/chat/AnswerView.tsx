import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { AnswerFigures, ChatMessage } from "../../api/chat";
import { providersQuery } from "../../api/providers";
import { type AnswerText, NOTHING_YET, shownText } from "../../model/answerStream";
import type { Step } from "../../model/conversationTree";
import { counted } from "../../model/format";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Duration } from "../../ui/Duration";
import { GrowingMarkdown } from "../../ui/GrowingMarkdown";
import { Markdown } from "../../ui/Markdown";
import { Money } from "../../ui/Money";
import { SimulatedChip } from "../../ui/SimulatedChip";
import { Tokens } from "../../ui/Tokens";
import type { ChatActions } from "./chatActions";
import { SiblingSwitch } from "./SiblingSwitch";
import "./MessageView.css";
import "./AnswerView.css";

interface AnswerViewProps {
  project: string;
  step: Step<ChatMessage>;
  /** What has come of it, while it comes. */
  live: AnswerText | undefined;
  figures: AnswerFigures | undefined;
  actions: ChatActions;
}

/** What a model has answered, or is answering; below it what that took, and its trace. */
export const AnswerView = memo(function AnswerView(props: AnswerViewProps) {
  const { message } = props.step;
  const isComing = message.status === "answering";
  return (
    <article className="message answer" aria-label="Answer" data-status={message.status}>
      <Who message={message} />
      {isComing ? (
        <Coming message={message} live={props.live ?? NOTHING_YET} />
      ) : (
        <>
          {message.reasoning !== "" && <Reasoning text={message.reasoning} />}
          {message.text !== "" && <Markdown text={message.text} />}
          <Ending message={message} />
          <Foot {...props} />
        </>
      )}
    </article>
  );
});

/** An answer while it comes. */
function Coming({ message, live }: { message: ChatMessage; live: AnswerText }) {
  const text = shownText(message.text, live.text);
  const reasoning = shownText(message.reasoning, live.reasoning);
  return (
    <>
      {reasoning !== "" && <Reasoning text={reasoning} isOpen={text === ""} />}
      <GrowingMarkdown text={text} />
      <p className="answer-typing" role="status">
        <span className="unseen">The model is answering</span>
        <i />
        <i />
        <i />
      </p>
    </>
  );
}

function Foot({ project, step, figures, actions }: AnswerViewProps) {
  const { trace_id: traceId, parent, text } = step.message;
  return (
    <footer className="message-foot">
      <SiblingSwitch step={step} what="answer" onShow={actions.show} />
      {figures && <Figures figures={figures} />}
      <span className="message-tools">
        {traceId !== "" && (
          <Link
            className="button"
            to="/p/$project/traces/$traceId"
            params={{ project, traceId }}
            search={figures ? { span: figures.span_id } : {}}
          >
            Trace
          </Link>
        )}
        <Button
          icon="again"
          aria-label="Answer again"
          title="Answer again, by the model that is chosen"
          disabled={actions.isBusy || parent === null}
          onClick={() => parent !== null && actions.answerAgain(parent)}
        />
        <CopyButton text={text} what="answer" />
      </span>
    </footer>
  );
}

function Who({ message: { provider, model, left_out: leftOut } }: { message: ChatMessage }) {
  const { data: providers = [] } = useQuery(providersQuery);
  const isSimulated = providers.find(({ name }) => name === provider)?.is_simulated;
  return (
    <header className="answer-who">
      <b>{model}</b>
      {isSimulated ? <SimulatedChip /> : <span>{provider}</span>}
      {leftOut > 0 && (
        <span title="By the rule of this conversation for what is sent along">
          without the first {counted(leftOut, "message")}
        </span>
      )}
    </header>
  );
}

function Reasoning({ text, isOpen = false }: { text: string; isOpen?: boolean }) {
  return (
    <details className="answer-reasoning" open={isOpen || undefined}>
      <summary>Reasoning, {counted(text.split(/\s+/, 10_000).length, "word")}</summary>
      <p dir="auto">{text}</p>
    </details>
  );
}

function Ending({ message: { status, error } }: { message: ChatMessage }) {
  switch (status) {
    case "error":
      return (
        <p className="answer-error" role="alert">
          {error === "" ? "The call failed." : error}
        </p>
      );
    case "stopped":
      return <p className="answer-end">Stopped.</p>;
    case "interrupted":
      return <p className="answer-end">Interrupted: the server was stopped in the middle of it.</p>;
    case "answering":
    case "ok":
      return null;
  }
}

function Figures({ figures }: { figures: AnswerFigures }) {
  return (
    <span className="answer-figures">
      <Tokens input={figures.input_tokens} output={figures.output_tokens} hasOutput />
      <Money dollars={figures.total_cost} />
      <span title="Latency">
        <Duration ns={figures.duration_ns} />
      </span>
      {figures.first_token_ns !== null && (
        <span title="Until the first token">
          <Duration ns={figures.first_token_ns} />
          <span className="unit">first token</span>
        </span>
      )}
      {figures.is_estimated && <span className="unit">estimated</span>}
    </span>
  );
}
