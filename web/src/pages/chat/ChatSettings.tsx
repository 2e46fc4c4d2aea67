import { useState } from "react";
import {
  contextOf,
  type ContextKind,
  type ContextRule,
  CONTEXTS,
  PARAMETERS,
  type Parameters,
  parametersOf,
  parameterTexts,
} from "../../model/chatSettings";
import { Segments } from "../../ui/Segments";
import "../../ui/Fields.css";
import "./ChatSettings.css";

export interface Settings {
  system: string;
  parameters: Parameters;
  context: ContextRule;
}

interface ChatSettingsProps {
  settings: Settings;
  /** Hears what has changed, when a field is left. */
  onChange: (part: Partial<Settings>) => void;
}

/** The system prompt, the parameters, and how much of the conversation goes along with each question. */
export function ChatSettings({ settings, onChange }: ChatSettingsProps) {
  const [system, setSystem] = useState(settings.system);
  const [texts, setTexts] = useState(() => parameterTexts(settings.parameters));
  const parameters = parametersOf(settings.parameters, texts);
  const keep = () => {
    if (parameters) onChange({ parameters });
  };
  return (
    <section className="chat-settings fields" aria-label="System prompt and parameters">
      <label>
        System prompt
        <textarea
          rows={3}
          dir="auto"
          value={system}
          onChange={(event) => setSystem(event.target.value)}
          onBlur={() => system !== settings.system && onChange({ system })}
        />
      </label>
      <div className="chat-parameters">
        {PARAMETERS.map(({ name, label, hint }) => (
          <label key={name}>
            {label}
            <input
              inputMode="decimal"
              placeholder={hint}
              value={texts[name] ?? ""}
              onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
              onBlur={keep}
            />
          </label>
        ))}
      </div>
      {!parameters && <p role="alert">Parameters are numbers.</p>}
      <Context rule={settings.context} onChange={(context) => onChange({ context })} />
    </section>
  );
}

interface ContextProps {
  rule: ContextRule;
  onChange: (rule: ContextRule) => void;
}

function Context({ rule, onChange }: ContextProps) {
  const [count, setCount] = useState(`${rule.count}`);
  const keep = () => {
    const next = contextOf(rule.kind, count);
    if (next) onChange(next);
  };
  return (
    <div className="chat-context">
      <span aria-hidden="true">Sent along</span>
      <Segments
        label="Sent along"
        choices={Object.keys(CONTEXTS) as ContextKind[]}
        chosen={rule.kind}
        nameOf={(kind) => CONTEXTS[kind].name}
        onChoose={(kind) => {
          const { count: usual } = CONTEXTS[kind];
          setCount(`${usual}`);
          onChange({ kind, count: usual });
        }}
      />
      {rule.kind !== "all" && (
        <input
          aria-label={CONTEXTS[rule.kind].label}
          inputMode="numeric"
          value={count}
          onChange={(event) => setCount(event.target.value)}
          onBlur={keep}
        />
      )}
      <span className="chat-context-note">{CONTEXTS[rule.kind].note}</span>
    </div>
  );
}
