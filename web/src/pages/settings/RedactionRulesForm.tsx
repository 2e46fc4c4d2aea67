import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type RedactionRules,
  type RedactionSettings,
  redactionQuery,
  storeRedaction,
} from "../../api/redaction";
import {
  CAPTURES,
  lines,
  notLookedFor,
  patternsAsText,
  patternsOf,
  typeName,
} from "../../model/redaction";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { Loaded } from "./Loaded";

/** The rules of a project, which admins change. */
export function RedactionRulesForm({ project }: { project: string }) {
  const settings = useQuery(redactionQuery(project));
  return (
    <section className="redaction" aria-label="Rules">
      <h3>Rules of this project</h3>
      <Loaded query={settings} what="The rules">
        {(held) => <Form project={project} held={held} />}
      </Loaded>
    </section>
  );
}

function Form({ project, held }: { project: string; held: RedactionSettings }) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [rules, setRules] = useState<RedactionRules>(held.rules);
  const [words, setWords] = useState(() => held.rules.words.join("\n"));
  const [patterns, setPatterns] = useState(() => patternsAsText(held.rules.patterns));
  const wanted = { ...rules, words: lines(words), patterns: patternsOf(patterns) };
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(held.rules);
  const store = useMutation({
    mutationFn: () => storeRedaction(project, wanted, csrf),
    onSuccess: (stored) => {
      queries.setQueryData(redactionQuery(project).queryKey, stored);
      setRules(stored.rules);
    },
  });
  return (
    <form
      className="redaction-rules"
      onSubmit={(event) => {
        event.preventDefault();
        store.mutate();
      }}
    >
      <Captures rules={rules} onChange={setRules} />
      <Types rules={rules} types={held.personal_types} onChange={setRules} />
      <Entities rules={rules} held={held} onChange={setRules} />
      <label className="redaction-line">
        <input
          type="checkbox"
          checked={rules.hash_ids}
          onChange={(event) => setRules({ ...rules, hash_ids: event.target.checked })}
        />
        <span>
          Ids of users, customers and sessions that hold personal data become a keyed hash; filters
          find them under both.
        </span>
      </label>
      <div className="redaction-own">
        <Lines label="Own words, one a line" value={words} onChange={setWords} />
        <Lines
          label="Own patterns (RE2), one a line: name = expression"
          value={patterns}
          onChange={setPatterns}
        />
      </div>
      {store.error && <p role="alert">{store.error.message}</p>}
      <footer>
        <Button type="submit" variant="primary" disabled={!isChanged || store.isPending}>
          {store.isPending ? "Saving" : "Save"}
        </Button>
        <LastChange held={held} />
      </footer>
    </form>
  );
}

interface PartProps {
  rules: RedactionRules;
  onChange: (rules: RedactionRules) => void;
}

function Captures({ rules, onChange }: PartProps) {
  return (
    <fieldset>
      <legend>What is kept</legend>
      {CAPTURES.map(({ capture, name, keeps }) => (
        <label key={capture} className="redaction-line">
          <input
            type="radio"
            name="capture"
            checked={rules.capture === capture}
            onChange={() => onChange({ ...rules, capture })}
          />
          <span>
            <b>{name}</b> {keeps}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Types({ rules, types, onChange }: PartProps & { types: readonly string[] }) {
  const without = (type: string, isMasked: boolean) =>
    isMasked ? rules.off.filter((one) => one !== type) : [...rules.off, type].sort();
  return (
    <fieldset className="redaction-types" disabled={rules.capture === "full"}>
      <legend>Personal data that is masked</legend>
      {types.map((type) => (
        <label key={type} className="redaction-line">
          <input
            type="checkbox"
            checked={rules.capture !== "full" && !rules.off.includes(type)}
            onChange={(event) => onChange({ ...rules, off: without(type, event.target.checked) })}
          />
          <span>{typeName(type)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Entities({ rules, held, onChange }: PartProps & { held: RedactionSettings }) {
  const { known_entities: known, unknown_entities: unknown } = held;
  if (known.length + unknown.length === 0) return null;
  const chosen = (entity: string, isMasked: boolean) =>
    isMasked ? [...rules.entities, entity].sort() : rules.entities.filter((one) => one !== entity);
  return (
    <fieldset className="redaction-types">
      <legend>Masked where the analyzer of this server finds it in prose</legend>
      {unknown.length > 0 && <p role="alert">{notLookedFor(unknown)}</p>}
      {[...known, ...unknown].map((entity) => (
        <label key={entity} className="redaction-line">
          <input
            type="checkbox"
            checked={rules.entities.includes(entity)}
            onChange={(event) =>
              onChange({ ...rules, entities: chosen(entity, event.target.checked) })
            }
          />
          <span>{typeName(entity.toLowerCase())}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface LinesProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function Lines({ label, value, onChange }: LinesProps) {
  return (
    <label>
      {label}
      <textarea
        rows={4}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

function LastChange({ held }: { held: RedactionSettings }) {
  const [newest] = held.changes;
  if (newest === undefined) return <p>These are the rules of every new project.</p>;
  return (
    <p>
      Last changed by {newest.changed_by}, <Age time={newest.changed} ago />.
    </p>
  );
}
