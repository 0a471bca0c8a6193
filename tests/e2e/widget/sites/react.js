// The worst case of a client-side router: React owns the whole document, as where a server renders it first.
import { createElement as h, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { createBrowserRouter, Link, RouterProvider } from "react-router";

const names = ["home", "prices", "about"];
const links = () => names.flatMap((name) => [h(Link, { key: name, to: `/react/${name}` }, name), " "]);
const page = (name) => h("body", { key: name }, h("nav", null, links()), h("main", null, h("h1", null, name)));
const router = createBrowserRouter(names.map((name) => ({ path: `/react/${name}`, element: page(name) })));
const head = h("head", null, h("meta", { charSet: "utf-8" }), h("title", null, "React Router"));

hydrateRoot(document, h("html", { lang: "en" }, head, h(RouterProvider, { router })));
