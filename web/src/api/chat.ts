/** Conversations with models: their lists, messages, answers while they come, and figures. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type AnswerText, ending, heard, NOTHING_YET } from "../model/answerStream";
import { waitAfter } from "../model/eventStream";
import { apiUrl, get, patch, post, remove, upload } from "./client";
import { listenOnce, waited } from "./eventSource";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Conversation = Schemas["Conversation"];
export type ConversationHead = Schemas["ConversationHead"];
type ConversationFigures = Schemas["ChatFigures"];
export type AnswerFigures = Schemas["CallFigures"];
export type ChatMessage = Schemas["ChatMessage"];
export type ChatAttachment = Schemas["ChatAttachment"];
export type SentAttachment = Schemas["ImageSent"] | Schemas["TextSent"];
/** What is absent stays. */
type ConversationChange = Partial<Schemas["ConversationChange"]>;

const PAGE = 60;

/** The newest first; those in whose title or messages the words are. */
export function conversationsQuery(project: string, words: string, isArchived: boolean) {
  return infiniteQueryOptions({
    queryKey: ["conversations", project, words, isArchived],
    queryFn: ({ signal, pageParam }) =>
      get<Schemas["ConversationList"]>(
        "/conversations",
        {
          project,
          words,
          is_archived: isArchived ? "true" : "false",
          cursor: pageParam,
          limit: `${PAGE}`,
        },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });
}

export function conversationKey(project: string, id: string) {
  return ["conversation", project, id] as const;
}

export function conversationQuery(project: string, id: string) {
  return queryOptions({
    queryKey: conversationKey(project, id),
    queryFn: ({ signal }) => get<Conversation>(pathOf(id), { project }, signal),
  });
}

/** From the recorded calls: complete a moment after an answer has ended. */
export function figuresQuery(project: string, id: string) {
  return queryOptions({
    queryKey: ["conversation figures", project, id],
    queryFn: ({ signal }) => get<ConversationFigures>(`${pathOf(id)}/figures`, { project }, signal),
  });
}

export function createConversation(
  project: string,
  wanted: Schemas["ConversationRequest"],
  csrf: string,
): Promise<Conversation> {
  return post<Conversation>(`/conversations?${of(project)}`, wanted, csrf);
}

export function changeConversation(
  project: string,
  id: string,
  change: ConversationChange,
  csrf: string,
): Promise<Conversation> {
  return patch<Conversation>(`${pathOf(id)}?${of(project)}`, change, csrf);
}

export function deleteConversation(project: string, id: string, csrf: string): Promise<void> {
  return remove(pathOf(id), { project }, csrf);
}

/** Asks; the answer comes by and by. */
export function ask(
  project: string,
  id: string,
  message: Schemas["MessageRequest"],
  csrf: string,
): Promise<Schemas["AskedMessage"]> {
  return post<Schemas["AskedMessage"]>(`${pathOf(id)}/messages?${of(project)}`, message, csrf);
}

/** Another answer to a question that was asked. */
export function answerAgain(
  project: string,
  id: string,
  wanted: Schemas["AnswerRequest"],
  csrf: string,
): Promise<ChatMessage> {
  return post<ChatMessage>(`${pathOf(id)}/answers?${of(project)}`, wanted, csrf);
}

export function stopAnswer(
  project: string,
  id: string,
  answer: string,
  csrf: string,
): Promise<ChatMessage> {
  const path = `${answerPath(id, answer)}/stop?${of(project)}`;
  return post<ChatMessage>(path, {}, csrf);
}

export function uploadImage(
  project: string,
  image: Blob,
  csrf: string,
): Promise<Schemas["ChatImage"]> {
  return upload<Schemas["ChatImage"]>("/chat-attachments", { project }, image, csrf);
}

export function imageUrl(project: string, mediaId: string): string {
  return apiUrl(`/chat-attachments/${encodeURIComponent(mediaId)}`, { project });
}

interface Listener {
  /** What has come so far. */
  onText: (text: AnswerText) => void;
  /** It has ended; null when nobody knows how. */
  onEnd: (message: ChatMessage | null) => void;
}

/** Follows an answer from its beginning to its end, over breaks of the connection. */
export function followAnswer(
  project: string,
  conversation: string,
  answer: string,
  listener: Listener,
): () => void {
  const stopped = new AbortController();
  void keepFollowing(
    { path: `${answerPath(conversation, answer)}/events`, project },
    listener,
    stopped.signal,
  );
  return () => stopped.abort();
}

async function keepFollowing(
  { path, project }: { path: string; project: string },
  { onText, onEnd }: Listener,
  stopped: AbortSignal,
): Promise<void> {
  let said = NOTHING_YET;
  let failures = 0;
  const ended: { as: ChatMessage | null } = { as: null };
  for (;;) {
    const source = {
      path,
      params: { project, after: said.after },
      lastId: said.after === "" ? null : said.after,
    };
    const { isRefused } = await listenOnce(source, stopped, {
      onOpen: () => {
        failures = 0;
      },
      onEvents: (events) => {
        said = heard(said, events);
        const end = ending(events);
        if (end === null) onText(said);
        else ended.as = JSON.parse(end) as ChatMessage;
      },
    });
    if (stopped.aborted) return;
    if (ended.as !== null || isRefused) {
      onEnd(ended.as);
      return;
    }
    failures += 1;
    if (!(await waited(waitAfter(failures), stopped))) return;
  }
}

function answerPath(conversation: string, answer: string): string {
  return `${pathOf(conversation)}/answers/${encodeURIComponent(answer)}`;
}

function pathOf(id: string): string {
  return `/conversations/${encodeURIComponent(id)}`;
}

function of(project: string): string {
  return new URLSearchParams({ project }).toString();
}
