import { expect, test } from "vitest";
import { formOf, policyOf } from "./retentionForm";

test("a policy survives the form", () => {
  const policy = {
    days: 30,
    rules: [{ filter: "status:error", days: null }],
    thinning: { after_days: 7, share: 0.07, slow_ms: 2500 },
    rollup_days: null,
  };

  const form = formOf(policy);

  expect(form).toMatchObject({ days: "30", rollupDays: "", sharePercent: "7", slowSeconds: "2.5" });
  expect(policyOf(form)).toEqual(policy);
});

test("without thinning there is none", () => {
  const policy = { days: null, rules: [], thinning: null, rollup_days: 400 };

  expect(policyOf(formOf(policy))).toEqual(policy);
});
