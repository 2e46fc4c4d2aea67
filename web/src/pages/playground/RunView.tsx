import { useState } from "react";
import { byTarget, outputText } from "../../model/playgroundRun";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { WordDiff } from "../../ui/WordDiff";
import { OutputView } from "./OutputView";
import { useRunText } from "./useRunText";
import "./RunView.css";

/** Leads to what has just appeared. */
function show(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "nearest" });
}

/** What the models answer, a column each; two outputs can be compared. */
export function RunView({ project, id }: { project: string; id: string }) {
  const { calls, error, isPending, again } = useRunText(project, id);
  const [picked, setPicked] = useState<readonly number[]>([]);
  if (error) {
    return (
      <Notice title="The run could not be read" tone="error">
        <p>{error.message}</p>
        <Button variant="outlined" onClick={again}>
          Try again
        </Button>
      </Notice>
    );
  }
  if (isPending) return <Waiting rows={6} />;
  // Of three, the two that were picked last.
  const pick = (number: number) =>
    setPicked((before) =>
      before.includes(number)
        ? before.filter((one) => one !== number)
        : [...before, number].slice(-2),
    );
  const [first, second] = picked.map((number) => calls.find((call) => call.number === number));
  return (
    <>
      {first && second && (
        <section ref={show} className="run-difference" aria-label="Difference">
          <h3>
            From {first.model} ({first.number}) to {second.model} ({second.number})
            <Button icon="close" aria-label="Close the difference" onClick={() => setPicked([])} />
          </h3>
          <WordDiff first={outputText(first)} second={outputText(second)} />
        </section>
      )}
      <div className="run-columns">
        {byTarget(calls).map((ofTarget) => (
          <div key={ofTarget[0]?.number} className="run-column">
            {ofTarget.map((call) => (
              <OutputView
                key={call.number}
                project={project}
                call={call}
                isPicked={picked.includes(call.number)}
                onPick={() => pick(call.number)}
              />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}
