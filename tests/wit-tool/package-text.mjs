import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

// The WIT files of a folder as one text, for tools that take no more. Each file of a package opens with the same header,
// and one text may hold it once.
export function readPackage(folder, packageName) {
  const header = `package ${packageName};`;
  const files = readdirSync(folder).filter((name) => name.endsWith(".wit")).sort();
  const bodies = files.map((name) => {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    if (lines.filter((line) => line === header).length !== 1) {
      throw new Error(`${name} does not hold the line '${header}' exactly once`);
    }

    return lines.filter((line) => line !== header).join("\n");
  });
  return [header, ...bodies].join("\n");
}
