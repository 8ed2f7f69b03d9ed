// An answer as a screen reader should say it: without the marks of Markdown.

const LONGEST_SPOKEN = 2_000;

export function plainText(markdown: string): string {
  const plain = markdown
    .replace(/^ {0,3}(`{3,}|~{3,}).*$/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^ {0,3}(#{1,6}|>|[-*+]) +/gm, "")
    .replace(/^[ |:-]+$/gm, "")
    .replace(/(\*\*|__|~~|`)/g, "")
    .replace(/[ \t]+/g, " ")
    .replace(/\n{2,}/g, "\n")
    .trim();
  const points = Array.from(plain);
  return points.length > LONGEST_SPOKEN ? `${points.slice(0, LONGEST_SPOKEN).join("")}…` : plain;
}
