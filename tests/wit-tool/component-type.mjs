// Writes the world of a WIT package in binary form: the contents of the custom section that tools which make components
// look for in a core module.
//
// usage: node component-type.mjs FOLDER PACKAGE WORLD FILE
//
// For sdk/rust/src/component-type.bin, from this folder: node component-type.mjs ../../wit wasi:gpu@0.1.0 ml-compute FILE

import { writeFileSync } from "node:fs";
import { componentEmbed } from "@bytecodealliance/jco";
import { readPackage } from "./package-text.mjs";

const [folder, packageName, world, file] = process.argv.slice(2);
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const embedded = await componentEmbed({ binary: empty, witSource: readPackage(folder, packageName), world });
const sections = WebAssembly.Module.customSections(await WebAssembly.compile(embedded), "component-type");
writeFileSync(file, new Uint8Array(sections[0]));
