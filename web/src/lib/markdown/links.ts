// Which addresses in a model's text may become links. Everything else stays text.

export interface SafeLink {
  href: string;
  /** Leads off this server: opened in a new tab, without a referrer. */
  external: boolean;
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

export function safeLink(href: string, origin = location.origin): SafeLink | null {
  const wanted = href.trim();
  if (wanted === "" || hasControl(wanted)) return null;
  let url: URL;
  try {
    url = new URL(wanted, origin);
  } catch {
    return null;
  }
  if (!SCHEMES.has(url.protocol)) return null;
  // A name and password in an address serve only to disguise where it leads.
  if (url.username !== "" || url.password !== "") return null;
  if (url.origin === origin) return { href: url.pathname + url.search + url.hash, external: false };
  return { href: url.href, external: true };
}

/** Browsers drop some of these inside a scheme: `java\nscript:`. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}
