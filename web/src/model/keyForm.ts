/** A key that is to be made: what it may do, and how long. */

type Scope = "ingest" | "read" | "write" | "admin" | "gateway";

interface Wanted {
  project: string;
  environment: string;
  name: string;
  scopes: Scope[];
  expires_s?: number | null;
  models: string[];
  providers: string[];
  calls_per_minute?: number | null;
}

export const DAY_S = 86_400;

export const SCOPES: readonly { scope: Scope; does: string }[] = [
  { scope: "ingest", does: "send what programs record" },
  { scope: "read", does: "read everything of the project" },
  { scope: "write", does: "change prices, scores and the like" },
  { scope: "admin", does: "all of this, and make keys of the project" },
  { scope: "gateway", does: "call models with the providers' keys that this server holds" },
];

/** How long a key may live; null is for ever. */
export const LIVES: readonly { name: string; days: number | null }[] = [
  { name: "Never", days: null },
  { name: "In 30 days", days: 30 },
  { name: "In 90 days", days: 90 },
  { name: "In a year", days: 365 },
];

/** How long the secret before a rotation stays good. */
export const GRACES: readonly { name: string; seconds: number }[] = [
  { name: "for a day", seconds: DAY_S },
  { name: "for a week", seconds: 7 * DAY_S },
  { name: "for an hour", seconds: 3600 },
  { name: "not at all", seconds: 0 },
];

/** A key as programs need it: it sends, and sees nothing. */
export function newKey(project: string): Wanted {
  return {
    project,
    environment: "",
    name: "",
    scopes: ["ingest"],
    expires_s: null,
    models: [],
    providers: [],
    calls_per_minute: null,
  };
}

/** The key with a scope, or without it; in the order of {@link SCOPES}. Without `gateway` it has no limits of calls. */
export function withScope<T extends Wanted>(wanted: T, scope: Scope, isOn: boolean): T {
  const scopes = SCOPES.map((one) => one.scope).filter((one) =>
    one === scope ? isOn : wanted.scopes.includes(one),
  );
  const changed = { ...wanted, scopes };
  return scopes.includes("gateway")
    ? changed
    : { ...changed, models: [], providers: [], calls_per_minute: null };
}

/** What a key is called: its name, or its id as senders have it. */
export function keyName(key: { id: string; name: string }): string {
  return key.name.trim() === "" ? `cs_${key.id}` : key.name;
}

interface Limited {
  models: readonly string[];
  providers: readonly string[];
  calls_per_minute: number | null;
}

/** What a virtual key may call, a line each; "" where it may call everything. */
export function limitWords({ models, providers, calls_per_minute }: Limited): string {
  const lines = [];
  if (models.length > 0) lines.push(`Models: ${models.join(", ")}`);
  if (providers.length > 0) lines.push(`Providers: ${providers.join(", ")}`);
  if (calls_per_minute !== null) lines.push(`${String(calls_per_minute)} calls a minute`);
  return lines.join("\n");
}
