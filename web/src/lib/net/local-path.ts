// Where to go after logging in: only ever a path of this site.
export function localPath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/")) return "/";
  try {
    const base = "http://obrol.invalid";
    const url = new URL(value, base);
    // `//evil.example` and `/\evil.example` leave the site; the parser tells.
    if (url.origin !== base || /^\/(login|register|setup)\b/.test(url.pathname)) return "/";
    return url.pathname + url.search + url.hash;
  } catch {
    return "/";
  }
}
