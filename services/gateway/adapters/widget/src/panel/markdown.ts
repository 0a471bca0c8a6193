// The Markdown of a reply as a tree: paragraphs, lists, bold, and links that are the company's own. Never HTML.

import { safeLink } from "./links";

export type Tree = string | { tag: "p" | "ul" | "ol" | "li" | "strong" | "br" | "a"; href?: string; children: Tree[] };
type Branch = Exclude<Tree, string>;

const INLINE =
  /\*\*(?<bold>[^*\n]+)\*\*|\[(?<label>[^[\]\n]+)\]\((?<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)|(?<url>https?:\/\/[^\s<>"')\]]+)/g;
const BULLET = /^\s*[-*•]\s+(?<text>.+)$/;
const NUMBER = /^\s*\d{1,2}[.)]\s+(?<text>.+)$/;
const AMOUNT = /(?<=\d) (?=[$€£])/g;
const HEADING = /^#{1,6}\s+(?<text>.+)$/;
// What is being written at the end of a text: a bullet or a heading alone, a link before its end.
const BEGUN_BLOCK = /(^|\n)\s*(?:[-*•#]{1,6}|\d{1,2}[.)]?)\s*$/;
const BEGUN_LINK = /\[(?<label>[^[\]\n]*)(?:\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\([^()\s]*)?)?)?$/;

/** The blocks of a text; of one that is still being written, without marks whose end is to come. */
export function parseMarkdown(text: string, prefixes: readonly string[], isWhole = true): Branch[] {
  const blocks: Branch[] = [];
  let list = null as Branch | null;
  let paragraph = null as Branch | null;
  // An amount stands on one line with its sign.
  for (const line of (isWhole ? text : completed(text)).replace(AMOUNT, "\u00a0").split(/\r?\n/)) {
    const item = BULLET.exec(line) ?? NUMBER.exec(line);
    if (item) {
      const tag: "ul" | "ol" = BULLET.test(line) ? "ul" : "ol";
      if (list?.tag !== tag) blocks.push((list = { tag, children: [] }));
      list.children.push({ tag: "li", children: inline(item.groups?.text ?? "", prefixes) });
      paragraph = null;
      continue;
    }
    list = null;
    if (!line.trim()) {
      paragraph = null;
      continue;
    }
    if (paragraph) paragraph.children.push({ tag: "br", children: [] });
    else blocks.push((paragraph = { tag: "p", children: [] }));
    const heading = HEADING.exec(line)?.groups?.text;
    if (heading) paragraph.children.push({ tag: "strong", children: inline(heading, prefixes) });
    else paragraph.children.push(...inline(line, prefixes));
  }
  return blocks;
}

/** The last address in a text that a visitor may be led to, otherwise null. */
export function lastLink(text: string, prefixes: readonly string[]): string | null {
  const addresses = [...text.matchAll(INLINE)].map(({ groups }) => trimmed(groups?.target ?? groups?.url ?? ""));
  return addresses.map((address) => safeLink(address, prefixes)).filter((link) => link !== null).at(-1) ?? null;
}

function inline(text: string, prefixes: readonly string[]): Tree[] {
  const trees: Tree[] = [];
  let done = 0;
  for (const match of text.matchAll(INLINE)) {
    trees.push(text.slice(done, match.index));
    done = match.index + match[0].length;
    const { bold, label = "", target = "", url } = match.groups ?? {};
    if (bold) {
      trees.push({ tag: "strong", children: inline(bold, prefixes) });
    } else if (url) {
      const address = trimmed(url);
      trees.push(linkOr(address, readable(address), address, prefixes), url.slice(address.length));
    } else {
      trees.push(linkOr(target, label, label, prefixes));
    }
  }
  trees.push(text.slice(done));
  return trees.filter((tree) => tree !== "");
}

function linkOr(address: string, label: string, otherwise: string, prefixes: readonly string[]): Tree {
  const href = safeLink(address, prefixes);
  return href ? { tag: "a", href, children: [label] } : otherwise;
}

// What an address carries along (who was sent, from where) is nothing to read.
function readable(address: string): string {
  return address.replace(/^https:\/\//, "").split(/[?#]/)[0] ?? address;
}

// What ends a sentence does not belong to the address before it.
function trimmed(address: string): string {
  return address.replace(/(?<![.,;:!?])[.,;:!?]+$/, "");
}

function completed(text: string): string {
  const shown = text.replace(BEGUN_BLOCK, "$1").replace(BEGUN_LINK, "$<label>").replace(/\*+$/, "");
  const marks = shown.slice(shown.lastIndexOf("\n") + 1).split("**").length - 1;
  return marks % 2 ? `${shown}**` : shown;
}
