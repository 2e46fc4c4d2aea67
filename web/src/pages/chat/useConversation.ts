import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  answerAgain,
  ask,
  changeConversation,
  type ChatMessage,
  type Conversation,
  conversationKey,
  conversationQuery,
  type SentAttachment,
  stopAnswer,
} from "../../api/chat";
import { shownPath, withMessages } from "../../model/conversationTree";
import type { ModelChoice } from "../../model/modelChoice";
import { useSession } from "../useSession";

type ConversationPart = Parameters<typeof changeConversation>[2];

interface Question {
  text: string;
  attachments: SentAttachment[];
  /** The answer that it follows; null at the beginning. */
  parent: string | null;
}

/** A conversation as it is shown, and what can be done in it. */
export function useConversation(project: string, id: string) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const asked = useQuery(conversationQuery(project, id));
  const { data } = asked;
  const path = useMemo(() => (data ? shownPath(data.messages, data.leaf) : []), [data]);
  const put = (change: (before: Conversation) => Conversation) => {
    const queryKey = conversationKey(project, id);
    const before = queries.getQueryData<Conversation>(queryKey);
    if (!before) return;
    // What is being read may be from before the change, and would undo it.
    void queries.cancelQueries({ queryKey, exact: true });
    queries.setQueryData<Conversation>(queryKey, change(before));
  };
  const said = (messages: readonly ChatMessage[], leaf?: string) => {
    put((before) => ({
      ...before,
      messages: withMessages(before.messages, messages),
      leaf: leaf ?? before.leaf,
    }));
    void queries.invalidateQueries({ queryKey: ["conversations", project] });
  };

  const sending = useMutation({
    mutationFn: ({ question, choice }: { question: Question; choice: ModelChoice }) =>
      ask(project, id, { ...question, ...choice }, csrf),
    onSuccess: ({ question, answer }) => said([question, answer], answer.id),
  });
  const again = useMutation({
    mutationFn: ({ parent, choice }: { parent: string; choice: ModelChoice }) =>
      answerAgain(project, id, { parent, ...choice }, csrf),
    onSuccess: (answer) => said([answer], answer.id),
  });
  const stopping = useMutation({
    mutationFn: (answer: string) => stopAnswer(project, id, answer, csrf),
    onSuccess: (answer) => said([answer]),
  });
  const changing = useMutation({
    mutationFn: (change: ConversationPart) => changeConversation(project, id, change, csrf),
    onMutate: (change) => put((before) => ({ ...before, ...change }) as Conversation),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["conversations", project] }),
  });
  const problem = sending.error ?? again.error ?? stopping.error ?? changing.error;
  return { asked, path, said, sending, again, stopping, changing, problem };
}
