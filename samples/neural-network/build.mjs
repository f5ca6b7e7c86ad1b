// Makes the component from the modules of this folder.
//
// usage: node build.mjs [FILE]      writes neural-network.wasm, or FILE

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { componentize } from "@bytecodealliance/componentize-js";

const here = fileURLToPath(new URL(".", import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "neural-network.wasm"));

// The world and the packages it uses, side by side as the tool wants them: wasi:gpu comes from the repository's root.
const wit = await mkdtemp(join(tmpdir(), "wit-"));
try {
  await cp(join(here, "wit"), wit, { recursive: true });
  await cp(join(here, "../../wit"), join(wit, "deps/wasi-gpu"), { recursive: true });

  // Paths in the program are relative to the folder that holds all of its modules. The engine's fetch() would make it
  // import wasi:http, which it has no use for.
  process.chdir(join(here, "../.."));
  const { component } = await componentize({
    sourcePath: "samples/neural-network/neural-network.js",
    witPath: wit,
    worldName: "neural-network",
    disableFeatures: ["http", "fetch-event"],
  });
  await writeFile(output, component);
} finally {
  await rm(wit, { recursive: true });
}
