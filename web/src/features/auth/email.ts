// A rough look at an e-mail address that only catches slips of the finger; the server decides.
export function looksLikeEmail(text: string): boolean {
  return /^\S+@[^\s@]+$/u.test(text.trim());
}
