import { expect, test } from "vitest";
import { formOf, policyOf } from "./retentionForm";

test("a policy survives the form", () => {
  const policy = {
    days: 30,
    rules: [{ filter: "status:error", days: null }],
    thinning: { after_days: 7, share: 0.07, slow_ms: 2500 },
    rollup_days: null,
    cold_days: 20,
  };

  const form = formOf(policy);

  expect(form).toMatchObject({
    days: "30",
    rollupDays: "",
    coldDays: "20",
    sharePercent: "7",
    slowSeconds: "2.5",
  });
  expect(policyOf(form)).toEqual(policy);
});

test("without thinning there is none", () => {
  const policy = { days: null, rules: [], thinning: null, rollup_days: 400, cold_days: null };

  expect(policyOf(formOf(policy))).toEqual(policy);
});
