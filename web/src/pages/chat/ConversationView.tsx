import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Conversation, figuresQuery, type SentAttachment } from "../../api/chat";
import { providersQuery } from "../../api/providers";
import { sentAgain } from "../../model/attachments";
import { firstChoice, type ModelChoice } from "../../model/modelChoice";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useHotkeys } from "../../ui/useHotkeys";
import { Waiting } from "../../ui/Waiting";
import type { ChatActions } from "./chatActions";
import { ChatSettings } from "./ChatSettings";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { useAnswers } from "./useAnswers";
import { succeeds } from "./succeeds";
import { useConversation } from "./useConversation";

interface ConversationViewProps {
  project: string;
  id: string;
  onChoose: (choice: ModelChoice) => void;
}

/** An open conversation. */
export function ConversationView(props: ConversationViewProps) {
  const conversation = useConversation(props.project, props.id);
  const { asked } = conversation;
  if (asked.error) {
    return (
      <Notice title="The conversation could not be read" tone="error">
        <p>{asked.error.message}</p>
        <Button variant="outlined" onClick={() => void asked.refetch()}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (!asked.data) return <Waiting rows={8} />;
  return <Opened {...props} conversation={conversation} data={asked.data} />;
}

interface OpenedProps extends ConversationViewProps {
  conversation: Shown;
  data: Conversation;
}

function Opened({ project, id, onChoose, conversation, data }: OpenedProps) {
  const { path, sending, changing, stopping, problem } = conversation;
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  const { data: providers = [] } = useQuery(providersQuery);
  const choice = firstChoice(providers, data);
  const figures = useFigures(project, id, data);
  const texts = useComing({ project, id, conversation, data });
  const last = path.at(-1)?.message;
  const stop = last?.status === "answering" ? () => stopping.mutate(last.id) : null;
  useHotkeys(stop ? { Escape: stop } : {});
  const actions = useActions(conversation, choice, stop !== null);
  const send = (text: string, attachments: SentAttachment[]) => {
    if (!choice) return Promise.resolve(false);
    const question = { text, attachments, parent: last?.id ?? null };
    return succeeds(sending.mutateAsync({ question, choice }));
  };
  return (
    <>
      <MessageList {...{ project, path, texts, figures, actions }} />
      {problem && (
        <p className="chat-problem" role="alert">
          {problem.message}
        </p>
      )}
      {areSettingsOpen && <ChatSettings settings={data} onChange={changing.mutate} />}
      <Composer
        project={project}
        choice={choice}
        onChoose={(next) => {
          onChoose(next);
          changing.mutate(next);
        }}
        onSend={send}
        onStop={stop}
        isSending={sending.isPending}
        areSettingsOpen={areSettingsOpen}
        onSettings={() => setSettingsOpen(!areSettingsOpen)}
      />
    </>
  );
}

type Shown = ReturnType<typeof useConversation>;

interface Coming {
  project: string;
  id: string;
  conversation: Shown;
  data: Conversation;
}

/** The texts of the answers that come; what has ended is known with its figures. */
function useComing({ project, id, conversation, data }: Coming) {
  const queries = useQueryClient();
  return useAnswers({
    project,
    conversation: id,
    messages: data.messages,
    onEnd: (message) => {
      if (message) conversation.said([message]);
      else void conversation.asked.refetch();
      void queries.invalidateQueries({ queryKey: figuresQuery(project, id).queryKey });
    },
  });
}

/** What can be done with messages, by the model that is chosen; the same as long as that is. */
function useActions(conversation: Shown, choice: ModelChoice | null, isAnswering: boolean) {
  const { sending, again, changing } = conversation;
  const isBusy = isAnswering || sending.isPending || again.isPending || choice === null;
  const [send, answer, change] = [sending.mutate, again.mutate, changing.mutate];
  const [provider, model] = [choice?.provider ?? "", choice?.model ?? ""];
  return useMemo<ChatActions>(
    () => ({
      show: (message) => change({ leaf: message }),
      edit: ({ parent, attachments }, text) =>
        send({
          question: { text, attachments: sentAgain(attachments), parent },
          choice: { provider, model },
        }),
      answerAgain: (parent) => answer({ parent, choice: { provider, model } }),
      isBusy,
    }),
    [provider, model, isBusy, send, answer, change],
  );
}

/** How often the figures are asked for until the last answer has them, and for how long. */
const FOLLOW_MS = 600;
const PATIENCE_MS = 60_000;

/** The figures of the answers; those of the last come a moment after it has ended. */
function useFigures(project: string, id: string, { messages, updated }: Conversation) {
  const isWanted = ({ answers }: { answers: object }) =>
    Date.now() - Date.parse(updated) < PATIENCE_MS &&
    messages.some(
      (one) =>
        one.role === "assistant" &&
        one.trace_id !== "" &&
        one.status !== "answering" &&
        !(one.id in answers),
    );
  const { data } = useQuery({
    ...figuresQuery(project, id),
    refetchInterval: ({ state }) => (state.data && isWanted(state.data) ? FOLLOW_MS : false),
  });
  return data?.answers ?? NONE;
}

const NONE = {};
