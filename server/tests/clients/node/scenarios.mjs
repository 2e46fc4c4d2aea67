// What every client is asked to do, and where: the programs beside this file differ only in their client.
//     node program.mjs tools|stream|cached|error|cancel

const env = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

export const server = env("CLEARSPAN_URL");
export const project = env("CLEARSPAN_PROJECT");
export const provider = { baseURL: `${env("SIMULATOR_URL")}/v1`, apiKey: "simulated" };

export const model = "gpt-5-mini";
export const session = "session-7";
export const user = "ada";

export const order = "Where is my order A-1042?";
export const story = "Tell me a story about a lighthouse.";
// The provider caches prompts from 1024 tokens on, a token being four bytes.
export const handbook = "A parcel that was not delivered is kept at the depot for ten days. ".repeat(100);

export const lookup = {
  name: "lookup_order",
  description: "Find an order and where its parcel is",
  parameters: {
    type: "object",
    properties: { order_id: { type: "string" } },
    required: ["order_id"],
    additionalProperties: false,
  },
};
export const found = { order_id: "A-1042", status: "shipped", depot: "Basel" };

/** This many pieces of a stream are read before the reader goes away. */
export const READ_BEFORE_LEAVING = 3;
/** The header with which the provider refuses a call. */
export const refused = { "x-sim-error": "429" };

/** Runs the scenario that the command line names, then `flush`; whatever fails ends the program with 1. */
export async function run(scenarios, flush) {
  const name = process.argv[2];
  const scenario = scenarios[name];
  if (!scenario) throw new Error(`${name} is none of ${Object.keys(scenarios).join(", ")}`);
  await scenario();
  await flush();
}

/** Awaits a call that the provider must refuse for its rate. */
export async function refusedCall(call) {
  const error = await Promise.resolve(call).then(
    () => undefined,
    (reason) => reason,
  );
  if ((error?.status ?? error?.statusCode) !== 429) throw error ?? new Error("the call was not refused");
}
