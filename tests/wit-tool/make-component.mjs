// Makes a component of a command that was built as a core module for WASI preview 1. A module that does not say which
// world it was built for gets the package in the folder; the adapter serves its WASI imports.
//
// usage: node make-component.mjs MODULE FILE [FOLDER PACKAGE WORLD]

import { readFileSync, writeFileSync } from "node:fs";
import { componentEmbed, componentNew, preview1AdapterCommandPath } from "@bytecodealliance/jco";
import { readPackage } from "./package-text.mjs";

const [modulePath, file, folder, packageName, world] = process.argv.slice(2);
let binary = readFileSync(modulePath);
if (folder !== undefined) {
  binary = await componentEmbed({ binary, witSource: readPackage(folder, packageName), world });
}

const adapter = readFileSync(preview1AdapterCommandPath());
writeFileSync(file, await componentNew(binary, [["wasi_snapshot_preview1", adapter]]));
