import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type RetentionState, storeRetention } from "../../api/removals";
import { formatDay } from "../../model/format";
import { formOf, policyOf, type RetentionForm } from "../../model/retentionForm";
import { Button } from "../../ui/Button";
import { useSession } from "../useSession";
import { DaysField } from "./DaysField";
import { RetentionRules } from "./RetentionRules";

interface RetentionFieldsProps {
  project: string;
  held: RetentionState;
  /** Whether the server has a folder for it. */
  hasColdStorage: boolean;
}

/** The policy of a project as a form. */
export function RetentionFields({ project, held, hasColdStorage }: RetentionFieldsProps) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  const [form, setForm] = useState<RetentionForm>(() => formOf(held));
  const change = (changed: Partial<RetentionForm>) => setForm({ ...form, ...changed });
  const store = useMutation({
    mutationFn: () => storeRetention(project, policyOf(form), csrf),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["retention", project] }),
  });
  return (
    <form
      className="tab-fields"
      onSubmit={(event) => {
        event.preventDefault();
        store.mutate();
      }}
    >
      <div className="removal-form">
        <DaysField
          name="Keep traces for days"
          value={form.days}
          onChange={(days) => change({ days })}
        />
        <DaysField
          name="Keep sums by the hour for days"
          value={form.rollupDays}
          onChange={(rollupDays) => change({ rollupDays })}
        />
        {(hasColdStorage || form.coldDays !== "") && (
          <DaysField
            name="Into cold storage days after a month"
            empty="never"
            value={form.coldDays}
            onChange={(coldDays) => change({ coldDays })}
          />
        )}
      </div>
      <RetentionRules rules={form.rules} onChange={(rules) => change({ rules })} />
      <Thinning form={form} onChange={change} />
      <div className="removal-form">
        <Button type="submit" variant="primary" disabled={store.isPending}>
          Save
        </Button>
        <p role="status">{store.isSuccess && "Saved; it holds from the next night on."}</p>
      </div>
      {store.error && <p role="alert">{store.error.message}</p>}
      {held.frozen_before !== null && (
        <p className="tab-note">
          Some traces before {formatDay(Date.parse(held.frozen_before))} are gone or in cold
          storage: sums of that time are as they were, and tell whole hours.
        </p>
      )}
    </form>
  );
}

interface ThinningProps {
  form: RetentionForm;
  onChange: (changed: Partial<RetentionForm>) => void;
}

function Thinning({ form, onChange }: ThinningProps) {
  return (
    <div className="removal-form">
      <label className="check whole">
        <input
          type="checkbox"
          checked={form.isThinned}
          onChange={(event) => onChange({ isThinned: event.target.checked })}
        />
        Before that, keep only a share of plain traces, and all that failed, were slow, scored,
        commented or bookmarked
      </label>
      {form.isThinned && (
        <>
          <DaysField
            name="After days"
            isRequired
            value={form.afterDays}
            onChange={(afterDays) => onChange({ afterDays })}
          />
          <label>
            Share kept, %
            <input
              type="number"
              required
              min={0}
              max={100}
              step="any"
              value={form.sharePercent}
              onChange={(event) => onChange({ sharePercent: event.target.value })}
            />
          </label>
          <label>
            Slow from seconds
            <input
              type="number"
              required
              min={0.001}
              step="any"
              value={form.slowSeconds}
              onChange={(event) => onChange({ slowSeconds: event.target.value })}
            />
          </label>
        </>
      )}
    </div>
  );
}
