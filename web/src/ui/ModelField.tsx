import { useId } from "react";
import { modelName } from "../model/modelNames";

interface ModelFieldProps {
  id?: string;
  model: string;
  /** Which are offered; any other may be typed. */
  known: readonly { provider: string; model: string }[];
  isFirst?: boolean;
  onModel: (model: string) => void;
}

/** A model, chosen from those that are known or typed. */
export function ModelField({ id, model, known, isFirst = false, onModel }: ModelFieldProps) {
  const list = useId();
  return (
    <>
      <input
        id={id}
        aria-label="Model"
        className="mono"
        list={list}
        placeholder="openai/gpt-4o-mini"
        spellCheck={false}
        autoFocus={isFirst}
        value={model}
        onChange={(event) => onModel(event.target.value)}
      />
      <datalist id={list}>
        {known.map((one) => (
          <option key={modelName(one)} value={modelName(one)} />
        ))}
      </datalist>
    </>
  );
}
