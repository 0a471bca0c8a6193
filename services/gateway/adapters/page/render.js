// Text to DOM: paragraphs, lists, bold, and links that are the company's own. Never HTML.

import { safeLink } from "/page/links.js";

const INLINE = /\*\*(?<bold>[^*\n]+)\*\*|\[(?<label>[^\]\n]+)\]\((?<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)|(?<url>https?:\/\/[^\s<>"')\]]+)/g;
const BULLET = /^\s*[-*•]\s+(?<text>.+)$/;
const NUMBER = /^\s*\d{1,2}[.)]\s+(?<text>.+)$/;
const AMOUNT = /(?<=\d) (?=[$€£])/g;
const HEADING = /^#{1,6}\s+(?<text>.+)$/;

/** The last address in a text that a visitor may be led to, otherwise null. */
export function lastLink(text, prefixes) {
  const links = [...text.matchAll(INLINE)].map(({ groups }) => safeLink(trimmed(groups.target ?? groups.url ?? ""), prefixes));
  return links.filter(Boolean).at(-1) ?? null;
}

/** Show a text inside an element, instead of what was there. */
export function showText(element, text, prefixes) {
  const blocks = document.createDocumentFragment();
  let list = null;
  let paragraph = null;
  // An amount stands on one line with its sign.
  for (const line of text.replace(AMOUNT, "\u00a0").split(/\r?\n/)) {
    const item = line.match(BULLET) ?? line.match(NUMBER);
    if (item) {
      const kind = BULLET.test(line) ? "ul" : "ol";
      if (list?.localName !== kind) list = blocks.appendChild(document.createElement(kind));
      appendInline(list.appendChild(document.createElement("li")), item.groups.text, prefixes);
      paragraph = null;
      continue;
    }
    list = null;
    if (!line.trim()) {
      paragraph = null;
      continue;
    }
    if (paragraph) paragraph.append(document.createElement("br"));
    paragraph ??= blocks.appendChild(document.createElement("p"));
    const heading = line.match(HEADING);
    const target = heading ? paragraph.appendChild(document.createElement("strong")) : paragraph;
    appendInline(target, heading ? heading.groups.text : line, prefixes);
  }
  element.replaceChildren(blocks);
}

function appendInline(element, text, prefixes) {
  let done = 0;
  for (const match of text.matchAll(INLINE)) {
    element.append(text.slice(done, match.index));
    done = match.index + match[0].length;
    const { bold, label, target, url } = match.groups;
    if (bold) {
      appendInline(element.appendChild(document.createElement("strong")), bold, prefixes);
    } else if (url) {
      const address = trimmed(url);
      element.append(linkOr(address, readable(address), address, prefixes), url.slice(address.length));
    } else {
      element.append(linkOr(target, label, label, prefixes));
    }
  }
  element.append(text.slice(done));
}

function linkOr(address, label, otherwise, prefixes) {
  const href = safeLink(address, prefixes);
  return href ? link(href, label) : otherwise;
}

// What an address carries along (who was sent, from where) is nothing to read.
function readable(address) {
  return address.replace(/^https:\/\//, "").split(/[?#]/)[0];
}

/** A link that reveals nothing of this page to its target. */
export function link(href, label) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  anchor.textContent = label;
  return anchor;
}

// What ends a sentence does not belong to the address before it.
function trimmed(address) {
  return address.replace(/[.,;:!?]+$/, "");
}
