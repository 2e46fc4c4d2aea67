import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type PriceRow, storePrice } from "../../api/prices";
import { className, entryOf, type FormState, formOf, withPrice } from "../../model/priceForm";
import { FormDialog } from "../../ui/FormDialog";
import { useSession } from "../useSession";

interface PriceFormProps {
  project: string;
  /** Null adds one. */
  entry: PriceRow | null;
  classes: readonly string[];
  onClose: () => void;
}

/** Adds an entry or changes one; what the server refuses is said beside the button. */
export function PriceForm({ project, entry, classes, onClose }: PriceFormProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [form, setForm] = useState(() => formOf(entry));
  const store = useMutation({
    mutationFn: () => storePrice(project, entryOf(form), csrf),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["prices", project] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={entry === null ? "Add a price" : `Edit ${entry.model}`}
      action={store.isPending ? "Saving" : "Save"}
      problem={store.error?.message}
      isBusy={store.isPending}
      onSubmit={() => store.mutate()}
      onClose={onClose}
    >
      <Which form={form} onChange={setForm} />
      <Prices form={form} classes={classes} onChange={setForm} />
    </FormDialog>
  );
}

interface PartProps {
  form: FormState;
  onChange: (form: FormState) => void;
}

function Which({ form, onChange }: PartProps) {
  return (
    <fieldset>
      <label>
        Model
        <input
          className="mono"
          value={form.model}
          placeholder="gpt-4o* or prod-eu"
          required
          maxLength={200}
          onChange={(event) => onChange({ ...form, model: event.target.value })}
        />
      </label>
      <label>
        Provider
        <input
          value={form.provider}
          placeholder="any"
          maxLength={200}
          onChange={(event) => onChange({ ...form, provider: event.target.value })}
        />
      </label>
      <label>
        From
        <input
          type="date"
          value={form.since}
          onChange={(event) => onChange({ ...form, since: event.target.value })}
        />
      </label>
    </fieldset>
  );
}

function Prices({ form, classes, onChange }: PartProps & { classes: readonly string[] }) {
  const others = classes.filter((name) => !form.fields.some(([held]) => held === name));
  return (
    <fieldset>
      <legend>US dollars a million tokens</legend>
      {form.fields.map(([name, text]) => (
        <label key={name}>
          {className(name)}
          <input
            value={text}
            inputMode="decimal"
            onChange={(event) => onChange(withPrice(form, name, event.target.value))}
          />
        </label>
      ))}
      <label>
        Another class
        <select value="" onChange={(event) => onChange(withPrice(form, event.target.value, ""))}>
          <option value="">Choose</option>
          {others.map((name) => (
            <option key={name} value={name}>
              {className(name)}
            </option>
          ))}
        </select>
      </label>
      <p>A class without a price is charged as what it is part of: cached input as input.</p>
    </fieldset>
  );
}
