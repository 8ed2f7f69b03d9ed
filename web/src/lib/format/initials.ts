// One or two letters that stand for a name where there is no picture.
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0];
  if (first === undefined) return "?";
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letter = (word: string) => [...word][0] ?? "";
  return (letter(first) + (last === undefined ? "" : letter(last))).toLocaleUpperCase();
}
