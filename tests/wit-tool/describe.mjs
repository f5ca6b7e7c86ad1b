// Prints a WIT package as the text of a component that imports all of it: the component's import types are the
// package as its parser understands it, and the imports of its module $main are the flattened signatures.
//
// usage: node describe.mjs FOLDER PACKAGE WORLD

import { componentEmbed, componentNew, print } from "@bytecodealliance/jco";
import { readPackage } from "./package-text.mjs";

const [folder, packageName, world] = process.argv.slice(2);
const module = await componentEmbed({ witSource: readPackage(folder, packageName), dummy: true, world });
process.stdout.write(await print(await componentNew(module, [])));
