// Steps of a quick start with Langfuse's clients: each writes, reads back what it wrote, and is told by its name.
import assert from "node:assert/strict";

export const question = [{ role: "user", content: "What is the capital of France?" }];
export const answer = "The capital of France is Paris.";
export const model = "gpt-4o-mini";
export const session = "session-7";
export const user = "ann";
export const tags = ["beta", "quick"];
// A red dot.
export const png = Buffer.from(
  "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8" +
    "cfc0000003010100c9fe92ef0000000049454e44ae426082",
  "hex",
);
const patienceMs = 20_000;

export const same = (found, expected) => assert.deepEqual(found, expected);

export const step = async (name, doing) => {
  await doing();
  console.log(`did ${name}`);
};

// What is answered, once it is something; writing is not waited for by these clients.
export const until = async (asked) => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    let why;
    try {
      const found = await asked();
      if (found) return found;
      why = `${JSON.stringify(found)} was answered`;
    } catch (error) {
      why = error;
    }
    if (Date.now() > deadline) throw new Error("nothing came in time", { cause: why });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};
