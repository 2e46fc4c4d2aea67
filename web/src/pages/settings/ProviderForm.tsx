import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ProviderRow, putProvider } from "../../api/providers";
import { FORMS, losesKey, type Typed, typedOf, wantedOf } from "../../model/providerForm";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface ProviderFormProps {
  /** The one that is changed; null for a new one. */
  row: ProviderRow | null;
  onClose: () => void;
}

/** Enters a provider: its address, its key and its models. */
export function ProviderForm({ row, onClose }: ProviderFormProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [typed, setTyped] = useState<Typed>(() => typedOf(row));
  const store = useMutation({
    mutationFn: () => putProvider(typed.name.trim(), wantedOf(typed, row), csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["providers"] });
      onClose();
    },
  });
  const change = (changed: Partial<Typed>) => setTyped({ ...typed, ...changed });
  return (
    <FormDialog
      title={row === null ? "New provider" : row.title}
      action={store.isPending ? "Storing" : "Store"}
      problem={store.error?.message}
      isBusy={store.isPending}
      onSubmit={() => store.mutate()}
      onClose={onClose}
    >
      <Which row={row} typed={typed} onChange={change} />
      <KeyField row={row} typed={typed} onChange={change} />
      <label>
        Models to offer, one a line; without any, those of its own list
        <textarea
          className="mono"
          rows={3}
          maxLength={50_000}
          value={typed.models}
          onChange={(event) => change({ models: event.target.value })}
        />
      </label>
    </FormDialog>
  );
}

interface PartProps {
  row: ProviderRow | null;
  typed: Typed;
  onChange: (changed: Partial<Typed>) => void;
}

function Which({ row, typed, onChange }: PartProps) {
  const isOwn = row === null || row.source === "stored";
  const isKnown = row !== null && row.base_url !== "" && !isOwn;
  return (
    <>
      <fieldset>
        {row === null && (
          <label>
            Name in the gateway&apos;s address
            <input
              className="mono"
              required
              maxLength={40}
              pattern="[a-z0-9][a-z0-9._\-]*"
              title="Lower-case letters, digits, '.', '_' and '-'"
              placeholder="our-llama"
              value={typed.name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          </label>
        )}
        <label>
          What people call it
          <input
            maxLength={200}
            placeholder={row?.title ?? "as its name"}
            value={typed.title}
            onChange={(event) => onChange({ title: event.target.value })}
          />
        </label>
        {isOwn && (
          <label>
            It speaks the form
            <select
              value={typed.form}
              onChange={(event) =>
                onChange({
                  form: FORMS.find((one) => one.form === event.target.value)?.form ?? "openai",
                })
              }
            >
              {FORMS.map(({ form, name }) => (
                <option key={form} value={form}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </fieldset>
      <label>
        Base URL; it may be a private address
        <input
          className="mono"
          type="url"
          required={row === null}
          maxLength={2000}
          placeholder={isKnown ? row.base_url : "http://10.0.0.7:8000/v1"}
          value={typed.baseUrl}
          onChange={(event) => onChange({ baseUrl: event.target.value })}
        />
      </label>
    </>
  );
}

function KeyField({ row, typed, onChange }: PartProps) {
  const hasKey = row?.key === "stored" || row?.key === "unreadable";
  return (
    <>
      <label>
        Key
        <input
          className="mono"
          type="password"
          autoComplete="off"
          maxLength={4000}
          disabled={typed.isKeyRemoved}
          placeholder={row?.key === "stored" ? "stored; type to replace it" : "none"}
          value={typed.key}
          onChange={(event) => onChange({ key: event.target.value })}
        />
      </label>
      {hasKey && (
        <label>
          <input
            type="checkbox"
            checked={typed.isKeyRemoved}
            onChange={(event) => onChange({ isKeyRemoved: event.target.checked, key: "" })}
          />
          Remove the key
        </label>
      )}
      {losesKey(typed, row) && (
        <p role="status">
          The key was entered for the address of before: enter it again for this one.
        </p>
      )}
    </>
  );
}
