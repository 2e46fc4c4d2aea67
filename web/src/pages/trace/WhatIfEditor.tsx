import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import type { TraceSpan } from "../../api/traces";
import { modelsQuery } from "../../api/whatif";
import { modelNamed } from "../../model/modelNames";
import { type Action, BOUNDS, type Change, changeOf, partsOf } from "../../model/whatIfChanges";
import { ACTIONS, targetsFor } from "../../model/whatIfWords";
import { Button } from "../../ui/Button";
import { ModelField } from "../../ui/ModelField";
import { useHotkeys } from "../../ui/useHotkeys";
import type { TraceModel } from "./traceModel";
import "../../ui/Fields.css";
import "./WhatIfEditor.css";

interface WhatIfEditorProps {
  trace: TraceModel;
  span: TraceSpan | undefined;
  isFull: boolean;
  onAdd: (change: Change) => void;
}

/** What is suggested for an amount. */
const USUAL: Partial<Record<Action, string>> = { scale: "2", timeout: "30", retry: "1" };

/** "Let *chat* take *3* times as long": one more thing to suppose, of the selected span and its like. */
export function WhatIfEditor({ trace, span, isFull, onAdd }: WhatIfEditorProps) {
  const targets = span ? targetsFor(trace.tree, span) : [];
  const [by, setBy] = useState("span");
  const target = (targets.find((one) => partsOf(one.target).by === by) ?? targets[0])?.target;
  const [action, setAction] = useState<Action>("scale");
  const [amount, setAmount] = useState("2");
  const { data } = useQuery({ ...modelsQuery(trace.project), enabled: action === "model" });

  const choose = (next: Action) => {
    setAction(next);
    setAmount(USUAL[next] ?? "");
  };
  const models = data?.models ?? [];
  if (!target) {
    return <p className="whatif-hint">Choose a span, to suppose something else of it.</p>;
  }
  const change = changeOf(action, target, amount, (text) => modelNamed(text, models));
  return (
    <form
      className="whatif-editor fields"
      aria-label="Suppose more"
      onKeyDown={leaveOnEscape}
      onSubmit={(event) => {
        event.preventDefault();
        if (change) onAdd(change);
      }}
    >
      <span>Let</span>
      <select
        aria-label="Of what"
        value={partsOf(target).by}
        onChange={(event) => setBy(event.target.value)}
      >
        {targets.map((one) => (
          <option key={one.target} value={partsOf(one.target).by}>
            {one.says}
          </option>
        ))}
      </select>
      <ActionSelect action={action} onChoose={choose} />
      <Amount action={action} amount={amount} models={models} onAmount={setAmount} />
      <Button type="submit" variant="outlined" disabled={!change || isFull}>
        Suppose
      </Button>
    </form>
  );
}

function leaveOnEscape(event: KeyboardEvent): void {
  if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
}

interface ActionSelectProps {
  action: Action;
  onChoose: (action: Action) => void;
}

function ActionSelect({ action, onChoose }: ActionSelectProps) {
  const select = useRef<HTMLSelectElement>(null);
  const begin = (next: Action) => () => {
    onChoose(next);
    select.current?.focus();
  };
  useHotkeys({
    s: begin("scale"),
    t: begin("timeout"),
    r: begin("retry"),
    b: begin("parallel"),
    x: begin("remove"),
    m: begin("model"),
  });
  return (
    <select
      ref={select}
      aria-label="What becomes of it"
      title="s t r b x m"
      value={action}
      onChange={(event) => onChoose(event.target.value as Action)}
    >
      {ACTIONS.map((one) => (
        <option key={one.action} value={one.action}>
          {one.says}
        </option>
      ))}
    </select>
  );
}

interface AmountProps {
  action: Action;
  amount: string;
  /** What is offered where a model is asked for. */
  models: readonly { provider: string; model: string }[];
  onAmount: (amount: string) => void;
}

/** How much, or which model; nothing where an action says all. */
function Amount({ action, amount, models, onAmount }: AmountProps) {
  if (action === "remove" || action === "parallel") return null;
  if (action === "model") return <ModelField model={amount} known={models} onModel={onAmount} />;
  const { least, most } = BOUNDS[action];
  const { unit = "" } = ACTIONS.find((one) => one.action === action) ?? {};
  return (
    <span className="whatif-amount">
      <input
        type="number"
        aria-label={unit}
        min={least}
        max={most}
        step="any"
        value={amount}
        onChange={(event) => onAmount(event.target.value)}
      />
      <span>{unit}</span>
    </span>
  );
}
