// Shows a tree inside an element. What is there already stays: text that grows is appended to, so nothing flashes.

import type { Tree } from "./markdown";

/** Make the children of an element equal to these trees. */
export function patch(parent: Element, trees: readonly Tree[]): void {
  trees.forEach((tree, place) => {
    const present = parent.childNodes[place];
    if (present instanceof Text && typeof tree === "string") setText(present, tree);
    else if (present instanceof HTMLElement && isSame(present, tree)) patch(present, tree.children);
    else if (present) present.replaceWith(grown(tree));
    else parent.append(grown(tree));
  });
  while (parent.childNodes.length > trees.length) parent.lastChild?.remove();
}

function setText(node: Text, text: string): void {
  if (text === node.data) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

function isSame(present: HTMLElement, tree: Tree): tree is Exclude<Tree, string> {
  if (typeof tree === "string" || present.localName !== tree.tag) return false;
  return !(present instanceof HTMLAnchorElement) || present.href === tree.href;
}

function grown(tree: Tree): Node {
  if (typeof tree === "string") return document.createTextNode(tree);
  const element = tree.tag === "a" ? link(tree.href ?? "") : document.createElement(tree.tag);
  patch(element, tree.children);
  return element;
}

/** A link that reveals nothing of this page to its target. */
export function link(href: string): HTMLAnchorElement {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
