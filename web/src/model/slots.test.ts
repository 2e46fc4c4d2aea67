import { expect, test } from "vitest";
import { slots } from "./slots";

const turn = () => new Promise((done) => setTimeout(done));

function waiting() {
  const done: (() => void)[] = [];
  const begin = () => new Promise<void>((resolve) => done.push(resolve));
  return { done, begin };
}

test("so many run at once, and the next begins when one is done", async () => {
  const { run } = slots(2);
  const { done, begin } = waiting();
  const { signal } = new AbortController();
  const all = Promise.all([run(signal, begin), run(signal, begin), run(signal, begin)]);

  await turn();
  expect(done.length).toBe(2);
  done[0]?.();
  await turn();
  expect(done.length).toBe(3);
  done[1]?.();
  done[2]?.();

  await all;
});

test("one that fails leaves its place", async () => {
  const { run } = slots(1);
  const { signal } = new AbortController();

  await expect(run(signal, () => Promise.reject(new Error("no")))).rejects.toThrow("no");

  expect(await run(signal, () => Promise.resolve(1))).toBe(1);
});

test("what is aborted while it waits never begins, and the next does", async () => {
  const { run } = slots(1);
  const { done, begin } = waiting();
  const leaving = new AbortController();
  const { signal } = new AbortController();
  const first = run(signal, begin);
  const second = run(leaving.signal, begin);
  const third = run(signal, begin);

  leaving.abort();

  await expect(second).rejects.toThrow("not waited for");
  done[0]?.();
  await first;
  await turn();
  expect(done.length).toBe(2);
  done[1]?.();
  await third;
});
