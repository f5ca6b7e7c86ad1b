// Prints a WIT package as the text of a component that imports all of it: the component's import types are the
// package as its parser understands it, and the imports of its module $main are the flattened signatures.
//
// usage: node describe.mjs FOLDER PACKAGE WORLD

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { componentEmbed, componentNew, print } from "@bytecodealliance/jco";

const [folder, packageName, world] = process.argv.slice(2);
const header = `package ${packageName};`;
const files = readdirSync(folder).filter((name) => name.endsWith(".wit")).sort();

// The tool takes one text. Each file of a package opens with the same header, and one text may hold it once.
const bodies = files.map((name) => {
  const lines = readFileSync(join(folder, name), "utf8").split("\n");
  if (lines.filter((line) => line === header).length !== 1) {
    throw new Error(`${name} does not hold the line '${header}' exactly once`);
  }

  return lines.filter((line) => line !== header).join("\n");
});

const module = await componentEmbed({ witSource: [header, ...bodies].join("\n"), dummy: true, world });
process.stdout.write(await print(await componentNew(module, [])));
