import type { ChatMessage } from "../../api/chat";

/** What can be done with a message. */
export interface ChatActions {
  /** Shows the path through a message. */
  show: (message: string) => void;
  /** Asks again in other words, beside the question. */
  edit: (question: ChatMessage, text: string) => void;
  /** Another answer to the question, by the model that is chosen. */
  answerAgain: (question: string) => void;
  isBusy: boolean;
}
