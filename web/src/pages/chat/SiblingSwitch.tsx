import type { ChatMessage } from "../../api/chat";
import type { Step } from "../../model/conversationTree";
import { Button } from "../../ui/Button";

interface SiblingSwitchProps {
  step: Step<ChatMessage>;
  /** `question` or `answer`. */
  what: string;
  onShow: (message: string) => void;
}

/** Which of several versions of a message is shown, with the way to those beside it. */
export function SiblingSwitch({ step, what, onShow }: SiblingSwitchProps) {
  const { at, count, before, after } = step;
  if (count < 2) return null;
  return (
    <span className="sibling-switch" role="group" aria-label={`Versions of the ${what}`}>
      <Button
        icon="left"
        aria-label={`The ${what} before`}
        disabled={before === null}
        onClick={() => before !== null && onShow(before)}
      />
      <span className="number" aria-live="polite">
        {at} / {count}
      </span>
      <Button
        icon="right"
        aria-label={`The ${what} after`}
        disabled={after === null}
        onClick={() => after !== null && onShow(after)}
      />
    </span>
  );
}
