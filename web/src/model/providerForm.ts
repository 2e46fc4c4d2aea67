/** A provider as it is listed and entered. */

type KeyState = "stored" | "environment" | "none" | "not_needed" | "unreadable";
type Form = "openai" | "anthropic" | "gemini";

interface Row {
  name: string;
  title: string;
  form: Form;
  base_url: string;
  source: "built_in" | "stored" | "settings" | "simulated";
  key: KeyState;
  is_enabled: boolean;
  is_usable: boolean;
  is_simulated: boolean;
  has_named_models: boolean;
  models: readonly string[];
}

/** Whether a span's provider is the one that makes its answers up. */
export function isSimulated(provider: string): boolean {
  return provider === "simulated";
}

export const FORMS: readonly { form: Form; name: string }[] = [
  { form: "openai", name: "OpenAI's: most others, too" },
  { form: "anthropic", name: "Anthropic's" },
  { form: "gemini", name: "Gemini's" },
];

const KEYS: Record<KeyState, string> = {
  stored: "Key stored",
  environment: "Key from the environment",
  none: "No key",
  not_needed: "No key needed",
  unreadable: "The key cannot be read: enter it again",
};

/** How it stands with the key. */
export function keyWords(row: Row): string {
  return KEYS[row.key];
}

interface State {
  word: string;
  tone: "ok" | "off" | "bad";
}

/** Whether this server can call it, and why not. */
export function stateOf(row: Row): State {
  if (!row.is_enabled) return { word: "Switched off", tone: "off" };
  if (row.is_usable) return { word: "Ready", tone: "ok" };
  if (row.key === "unreadable") return { word: "Key lost", tone: "bad" };
  if (row.key === "none") return { word: "With callers' keys alone", tone: "off" };
  return { word: "No address", tone: "off" };
}

const SHOWN = 3;

/** The first models, and how many more there are. */
export function modelWords(models: readonly string[]): string {
  if (models.length === 0) return "";
  const more = models.length - SHOWN;
  return models.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${String(more)} more` : "");
}

/** What is typed in the form. */
export interface Typed {
  name: string;
  title: string;
  form: Form;
  baseUrl: string;
  key: string;
  isKeyRemoved: boolean;
  models: string;
}

const NOTHING: Typed = {
  name: "",
  title: "",
  form: "openai",
  baseUrl: "",
  key: "",
  isKeyRemoved: false,
  models: "",
};

/** What stands in the form at first: nothing of what is known without admins, and never a key. */
export function typedOf(row: Row | null): Typed {
  if (row === null) return NOTHING;
  return {
    ...NOTHING,
    name: row.name,
    title: row.title === row.name ? "" : row.title,
    form: row.form,
    baseUrl: row.source === "stored" ? row.base_url : "",
    models: row.has_named_models ? row.models.join("\n") : "",
  };
}

/** The words between spaces, commas and line ends, each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((one) => one !== ""))];
}

interface Wanted {
  title?: string;
  form?: Form;
  base_url?: string;
  key?: string;
  models?: string[];
}

/** What is sent: an empty key stays as it is, unless it is to go; the form is asked for where nobody knows the name. */
export function wantedOf(typed: Typed, before: Row | null): Wanted {
  const wanted: Wanted = {
    title: typed.title.trim(),
    base_url: typed.baseUrl.trim(),
    models: namesIn(typed.models),
  };
  if (before === null || (before.source === "stored" && before.form !== typed.form)) {
    wanted.form = typed.form;
  }
  if (typed.isKeyRemoved) wanted.key = "";
  else if (typed.key.trim() !== "") wanted.key = typed.key.trim();
  return wanted;
}

/** Whether the address changes below a key that stays only with the one of before. */
export function losesKey(typed: Typed, before: Row | null): boolean {
  if (before?.key !== "stored" || typed.key.trim() !== "" || typed.isKeyRemoved) return false;
  return typed.baseUrl.trim() !== typedOf(before).baseUrl;
}
