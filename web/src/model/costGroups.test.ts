import { expect, it } from "vitest";
import { costGroup, layerColor, valueFilter, valueName } from "./costGroups";

it("reads a dimension from the address, and the model where none is said", () => {
  expect(costGroup("customer").name).toBe("Customer");
  expect(costGroup("weather").by).toBe("model");
  expect(costGroup(undefined).by).toBe("model");
});

it("names what has no value, and the version of a prompt", () => {
  expect(valueName("user", "", "")).toBe("no user");
  expect(valueName("prompt", "triage", "2")).toBe("triage 2");
  expect(valueName("model", "gpt-4o", "openai")).toBe("gpt-4o");
});

it("leads to the traces of a value", () => {
  expect(valueFilter("customer", "Acme & Sons")).toBe('customer:"Acme & Sons"');
  expect(valueFilter("user", "")).toBe("");
});

it("gives the first values the layers of the chart, and all others one", () => {
  expect([0, 7, 8].map((place) => layerColor(place, 8))).toEqual([
    "--stack-1",
    "--stack-8",
    "--stack-rest",
  ]);
});
