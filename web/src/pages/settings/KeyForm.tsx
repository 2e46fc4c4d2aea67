import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKey, type KeyRequest } from "../../api/keys";
import { DAY_S, LIVES, newKey, SCOPES, withScope } from "../../model/keyForm";
import { namesIn } from "../../model/providerForm";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";
import { KeyShown } from "./KeyShown";

interface KeyFormProps {
  project: string;
  onClose: () => void;
}

/** Makes a key, and shows it this once. */
export function KeyForm({ project, onClose }: KeyFormProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [wanted, setWanted] = useState<KeyRequest>(() => newKey(project));
  const create = useMutation({
    mutationFn: () => createKey(wanted, csrf),
    onSuccess: () =>
      Promise.all(
        ["keys", "projects"].map((noun) => queries.invalidateQueries({ queryKey: [noun] })),
      ),
  });
  if (create.data) return <KeyShown created={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title="New key"
      action={create.isPending ? "Creating" : "Create"}
      problem={create.error?.message}
      isBusy={create.isPending || wanted.scopes.length === 0}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Which wanted={wanted} onChange={setWanted} />
      <fieldset className="form-lines">
        <legend>The key may</legend>
        {SCOPES.map(({ scope, does }) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={wanted.scopes.includes(scope)}
              onChange={(event) => setWanted(withScope(wanted, scope, event.target.checked))}
            />
            <span>
              <b>{scope}</b> {does}
            </span>
          </label>
        ))}
      </fieldset>
      {wanted.scopes.includes("gateway") && <Limits wanted={wanted} onChange={setWanted} />}
    </FormDialog>
  );
}

/** What a virtual key may call. */
function Limits({ wanted, onChange }: WhichProps) {
  const [models, setModels] = useState("");
  const [providers, setProviders] = useState("");
  return (
    <fieldset>
      <legend>
        It stands in the place of a provider&apos;s key: Authorization, x-api-key and the like
      </legend>
      <label>
        Models it may call
        <input
          className="mono"
          placeholder="all; or gpt-4o*, claude-*"
          value={models}
          onChange={(event) => {
            setModels(event.target.value);
            onChange({ ...wanted, models: namesIn(event.target.value) });
          }}
        />
      </label>
      <label>
        Providers it may call
        <input
          className="mono"
          placeholder="all; or openai, anthropic"
          value={providers}
          onChange={(event) => {
            setProviders(event.target.value);
            onChange({ ...wanted, providers: namesIn(event.target.value) });
          }}
        />
      </label>
      <label>
        Calls a minute
        <input
          type="number"
          min={1}
          max={10_000}
          placeholder="any number"
          value={wanted.calls_per_minute ?? ""}
          onChange={(event) =>
            onChange({ ...wanted, calls_per_minute: Number(event.target.value) || null })
          }
        />
      </label>
    </fieldset>
  );
}

interface WhichProps {
  wanted: KeyRequest;
  onChange: (wanted: KeyRequest) => void;
}

function Which({ wanted, onChange }: WhichProps) {
  return (
    <fieldset>
      <label>
        What it is for
        <input
          maxLength={200}
          placeholder="checkout service"
          value={wanted.name}
          onChange={(event) => onChange({ ...wanted, name: event.target.value })}
        />
      </label>
      <label>
        Project
        <input
          className="mono"
          required
          maxLength={100}
          value={wanted.project}
          onChange={(event) => onChange({ ...wanted, project: event.target.value })}
        />
      </label>
      <label>
        Environment
        <input
          maxLength={100}
          placeholder="as each span says"
          value={wanted.environment}
          onChange={(event) => onChange({ ...wanted, environment: event.target.value })}
        />
      </label>
      <label>
        Ends
        <select
          value={String(wanted.expires_s)}
          onChange={(event) =>
            onChange({ ...wanted, expires_s: Number(event.target.value) || null })
          }
        >
          {LIVES.map(({ name, days }) => (
            <option key={name} value={String(days && days * DAY_S)}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
