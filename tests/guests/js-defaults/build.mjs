// Makes the component with the tool of samples/neural-network and its defaults: http and fetch-event stay on.
//
// usage: node build.mjs FILE

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../../..");
const tool = join(root, "samples/neural-network/node_modules/@bytecodealliance/componentize-js/src/componentize.js");
const { componentize } = await import(pathToFileURL(tool));

const wit = await mkdtemp(join(tmpdir(), "wit-"));
try {
  await cp(join(here, "wit"), wit, { recursive: true });
  await cp(join(root, "wit"), join(wit, "deps/wasi-gpu"), { recursive: true });
  const { component } = await componentize({
    sourcePath: join(here, "guest.js"),
    witPath: wit,
    worldName: "js-defaults",
  });
  await writeFile(process.argv[2], component);
} finally {
  await rm(wit, { recursive: true });
}
