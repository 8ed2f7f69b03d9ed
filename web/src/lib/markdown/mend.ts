// Closes what is half written at the end of a growing Markdown text, so that no sign flickers before its meaning is there.

/** Signs of one run of inline text reach no further than to these. */
const RUN = /\n[ \t]*\n|\n[ \t]*(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)[ \t]|\|/g;
/** The first signs of a list or a rule would make a heading of the line above. */
const UNDERLINE = /\n {0,3}(?:-{1,2}|={1,2})[ \t]*$/;
const OPEN_TAG = /^<\/?[a-z][^<>\n]*$/i;
const LINK = /^\[(?:[^[\]\\]|\\.|\[[^[\]]*\])*\]/;

export function mend(raw: string): string {
  const text = raw.replace(UNDERLINE, "");
  let at = 0;
  for (const found of text.matchAll(RUN)) at = found.index + found[0].length;
  return text.slice(0, at) + mendRun(text.slice(at));
}

function mendRun(text: string): string {
  const open: string[] = [];
  let run = text;
  let at = 0;
  while (at < run.length) {
    const sign = run[at] ?? "";
    if (sign === "\\") at += 2;
    else if (sign === "`") {
      const fence = /^`+/.exec(run.slice(at))?.[0] ?? sign;
      const end = endOfCode(run, at + fence.length, fence.length);
      if (end === -1) {
        const inside = run.slice(at + fence.length).replace(/`+$/, "");
        run = inside.trim() === "" ? run.slice(0, at) : run.slice(0, at) + fence + inside + fence;
        break;
      }
      at = end;
    } else if (sign === "*" || sign === "_" || sign === "~") {
      const mark = /^(?:\*{1,3}|_{1,3}|~{1,2})/.exec(run.slice(at))?.[0] ?? sign;
      const next = run[at + mark.length] ?? "";
      if (open.at(-1) === mark && !/\s/.test(run[at - 1] ?? " ")) open.pop();
      else if (next === "") {
        // Nothing stands behind it yet: the beginning of a pair, or half of the end of one.
        run = run.slice(0, at);
        break;
      } else if (opens(mark, run[at - 1] ?? " ", next)) open.push(mark);
      at += mark.length;
    } else if (sign === "[") {
      const label = LINK.exec(run.slice(at))?.[0];
      const rest = label === undefined ? "" : run.slice(at + label.length);
      const address = /^\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)/.exec(rest)?.[0];
      const bare = rest === "" ? /^\[[ \w]\d?\]$/.test(label ?? "") : !rest.startsWith("(");
      if (label !== undefined && (address !== undefined || bare)) {
        at += label.length + (address?.length ?? 0);
        continue;
      }
      // A link that is not whole yet shows as its text, a picture not at all.
      const picture = run[at - 1] === "!";
      const words = label === undefined ? run.slice(at + 1) : label.slice(1, -1);
      run = picture ? run.slice(0, at - 1) : run.slice(0, at) + words;
    } else if (sign === "<" && OPEN_TAG.test(run.slice(at))) {
      run = run.slice(0, at);
    } else at += 1;
  }
  return open.length === 0 ? run : run.trimEnd() + open.reverse().join("");
}

function endOfCode(text: string, from: number, length: number): number {
  for (const found of text.slice(from).matchAll(/`+/g))
    if (found[0].length === length) return from + found.index + length;
  return -1;
}

function opens(mark: string, before: string, after: string): boolean {
  if (/\s/.test(after) || mark === "~") return false;
  return !(mark.startsWith("_") && /[\p{L}\p{N}]/u.test(before));
}
