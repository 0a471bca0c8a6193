// Builds the widget into `built/`, or into the folder that is named. The gateway names the files by their content.

import { build, transform } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2] ?? join(here, "built");
const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  absWorkingDir: here,
};

// The style of the loader travels inside its script: a request less, and no `style-src` that the host has to allow.
const inlineStyle = {
  name: "inline-style",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await Promise.all([
  build({
    ...common,
    format: "iife",
    entryPoints: ["src/loader/main.ts"],
    outfile: join(outdir, "widget.js"),
    plugins: [inlineStyle],
  }),
  build({ ...common, format: "esm", entryPoints: ["src/panel/main.ts"], outfile: join(outdir, "panel.js") }),
  build({ ...common, entryPoints: ["src/panel/panel.css"], outfile: join(outdir, "panel.css") }),
]);
