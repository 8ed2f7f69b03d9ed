// Which models a search means.

export interface Findable {
  id: string;
  name: string;
  provider: string;
}

/** Every word must be somewhere in the id or the name. */
export function matches(model: Findable, words: string, provider: string): boolean {
  if (provider !== "" && model.provider !== provider) return false;
  const text = `${model.id} ${model.name}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
