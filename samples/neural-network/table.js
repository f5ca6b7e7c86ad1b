// Reads tables of numbers whose last column is the one to predict.

/**
 * @param {string} path for messages
 * @param {string} text one line of column names, then lines of finite numbers
 */
export function parseCsv(path, text) {
  const [header, ...lines] = text.split("\n").map((line) => line.trim());
  const names = header.split(",").map((name) => name.trim());
  const features = names.length - 1;
  if (features < 1) {
    throw new Error(`${path}, line 1: one column; a feature and the target are needed`);
  }

  const data = [];
  const labels = [];
  lines.forEach((line, i) => {
    const fields = line === "" ? [] : line.split(",");
    const numbers = fields.map((field) => (field.trim() === "" ? NaN : Number(field)));
    if (line !== "" && (numbers.length !== names.length || !numbers.every(Number.isFinite))) {
      throw new Error(`${path}, line ${i + 2}: ${names.length} finite numbers are expected`);
    }

    data.push(...numbers.slice(0, features));
    labels.push(...numbers.slice(features));
  });
  if (labels.length === 0) {
    throw new Error(`${path}: no rows below the column names`);
  }

  return { names, features, rows: labels.length, data, labels };
}
