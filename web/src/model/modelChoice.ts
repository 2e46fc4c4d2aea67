/** Which model answers next: what can be chosen, and what is chosen before anybody has. */

export interface ModelChoice {
  provider: string;
  model: string;
}

interface Offered {
  name: string;
  title: string;
  models: readonly string[];
  is_usable: boolean;
  is_simulated: boolean;
}

export interface OfferedModel extends ModelChoice {
  /** What it is called on screen. */
  title: string;
  isSimulated: boolean;
}

/** Every model of every provider that can be used, in their order. */
export function offeredModels(providers: readonly Offered[]): OfferedModel[] {
  return providers
    .filter((one) => one.is_usable)
    .flatMap(({ name, title, models, is_simulated: isSimulated }) =>
      models.map((model) => ({ provider: name, model, title, isSimulated })),
    );
}

/** The choice of before while its provider can be used, else the same model of another one, else the first there is. */
export function firstChoice(
  providers: readonly Offered[],
  before: ModelChoice | null,
): ModelChoice | null {
  const isThere = providers.some((one) => one.name === before?.provider && one.is_usable);
  if (before && isThere) return { provider: before.provider, model: before.model };
  const offered = offeredModels(providers);
  const chosen = offered.find(({ model }) => model === before?.model) ?? offered[0];
  return chosen ? { provider: chosen.provider, model: chosen.model } : null;
}

/** A choice as one word: the provider, a slash, and the model, in which slashes may be. */
export function choiceAsText({ provider, model }: ModelChoice): string {
  return `${provider}/${model}`;
}

export function choiceOf(text: string): ModelChoice | null {
  const slash = text.indexOf("/");
  if (slash < 1 || slash === text.length - 1) return null;
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}

/** What may be meant by a name that no provider lists: that model of each provider, the simulated ones last. */
export function unlisted(providers: readonly Offered[], text: string): OfferedModel[] {
  const model = text.trim();
  if (model === "" || /\s/.test(model)) return [];
  return providers
    .filter((one) => one.is_usable && !one.models.includes(model))
    .map(({ name, title, is_simulated: isSimulated }) => ({
      provider: name,
      model,
      title,
      isSimulated,
    }));
}
