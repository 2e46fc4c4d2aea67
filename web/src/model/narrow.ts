/** A filter and one more thing that must hold. */
export function narrow(filter: string, term: string): string {
  const text = filter.trim();
  if (text === "" || term === "") return text || term;
  // AND binds closer than OR.
  return /\bOR\b/.test(text) ? `(${text}) ${term}` : `${text} ${term}`;
}
