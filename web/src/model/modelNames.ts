/** Models as a person names them. */

interface Named {
  provider: string;
  model: string;
}

/** `openai/gpt-4o`. */
export function modelName({ provider, model }: Named): string {
  return provider === "" ? model : `${provider}/${model}`;
}

/** Whom a person means: one of those that are known, or a name of which the provider is not said. */
export function modelNamed(text: string, known: readonly Named[]): Named {
  const wanted = text.trim();
  const found = known.find((one) => modelName(one) === wanted);
  return found ? { provider: found.provider, model: found.model } : { provider: "", model: wanted };
}
