import { useEffect, useEffectEvent, useRef, useState } from "react";
import { type ChatMessage, followAnswer } from "../../api/chat";
import type { AnswerText } from "../../model/answerStream";

interface Answers {
  project: string;
  conversation: string;
  messages: readonly ChatMessage[];
  /** Hears what an answer has become; null when nobody knows. */
  onEnd: (message: ChatMessage | null) => void;
}

/** The texts of all answers that come at present, drawn at most once a frame. */
export function useAnswers({ project, conversation, messages, onEnd }: Answers) {
  const [texts, setTexts] = useState<ReadonlyMap<string, AnswerText>>(new Map());
  const follows = useRef(new Map<string, () => void>());
  const waiting = useRef(new Map<string, AnswerText>());
  const frame = useRef(0);
  const [ended, setEnded] = useState(0);

  const draw = useEffectEvent(() => {
    frame.current = 0;
    const come = waiting.current;
    waiting.current = new Map();
    setTexts((before) => new Map([...before, ...come]));
  });
  const end = useEffectEvent((id: string, message: ChatMessage | null) => {
    follows.current.delete(id);
    onEnd(message);
    if (message) setEnded((before) => before + 1);
  });
  const follow = useEffectEvent((id: string) => {
    const stop = followAnswer(project, conversation, id, {
      onText: (text) => {
        waiting.current.set(id, text);
        if (frame.current === 0) frame.current = requestAnimationFrame(() => draw());
      },
      onEnd: (message) => end(id, message),
    });
    follows.current.set(id, stop);
  });

  const coming = messages.filter(({ status }) => status === "answering").map(({ id }) => id);
  const key = coming.join(" ");
  // Also after each end: where an older state was read meanwhile, the answer is heard to its end again.
  useEffect(() => {
    for (const id of key.split(" ")) if (id !== "" && !follows.current.has(id)) follow(id);
  }, [key, ended]);
  useEffect(() => {
    const running = follows.current;
    return () => {
      for (const stop of running.values()) stop();
      running.clear();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [project, conversation]);
  return texts;
}
