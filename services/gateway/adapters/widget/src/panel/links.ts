// Which addresses are the company's own. playbook/claims/web_address.py checks a link in the same way.

const PLAIN = /^[!-~]+$/;
const HIDES_A_SEGMENT = /[/\\%]|[^ -~\u00a0-\u{10ffff}]/u;

/** The address as the browser follows it, if it lies below one of the prefixes, otherwise null. */
export function safeLink(address: string, prefixes: readonly string[]): string | null {
  const link = webAddress(address);
  const isOurs = link && prefixes.some((prefix) => isBelow(link, webAddress(prefix)));
  return isOurs ? link.href : null;
}

interface WebAddress {
  href: string;
  host: string;
  segments: string[];
}

function isBelow(link: WebAddress, prefix: WebAddress | null): boolean {
  return prefix !== null && link.host === prefix.host && prefix.segments.every((name, place) => link.segments[place] === name);
}

// Null when it is not plain https, or does not stand as the browser resolves it.
function webAddress(text: string): WebAddress | null {
  if (!PLAIN.test(text)) return null;
  const url = parsed(text);
  if (!url || url.protocol !== "https:" || url.username || url.password || url.port) return null;
  const href = url.href.toLowerCase();
  if (href !== text.toLowerCase() && href !== `${text.toLowerCase()}/`) return null;
  const segments = url.pathname.slice(1).split("/");
  if (segments.at(-1) === "") segments.pop();
  return segments.every(isPlain) ? { href: url.href, host: url.hostname, segments } : null;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

// Whether no server reads more than one segment in it, or a step upwards.
function isPlain(segment: string): boolean {
  const decoded = decodedPart(segment);
  if (decoded === null) return false;
  const name = decoded.split(";")[0]?.trim();
  return Boolean(name) && name !== "." && name !== ".." && !HIDES_A_SEGMENT.test(decoded);
}

function decodedPart(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** The page of a proposal at this gateway, which may be known by another address than the one this page came from. */
export function ownPage(address: string | null | undefined): string | null {
  try {
    const { protocol, pathname } = new URL(address ?? "");
    return protocol.startsWith("http") && pathname.includes("/proposal/") ? location.origin + pathname : null;
  } catch {
    return null;
  }
}
