// Trains a small neural network through wasi:gpu and reports how well it predicts rows it has not seen.

import { getArguments } from "wasi:cli/environment@0.2.12";
import { getDeviceInfo } from "wasi:gpu/compute@0.1.0";
import { describeError } from "../../sdk/js/wasi-gpu.js";
import { readFile } from "./files.js";
import { Network, Scaler } from "./network.js";
import { parseCsv } from "./table.js";

const help = `Trains a neural network on one CSV file and tests it on another, on the GPU that the host offers.

usage: neural-network.wasm TRAIN.csv TEST.csv [--epochs N] [--units N] [--seed N]

Both files start with a line of column names; the last column is the one to predict.
The host must give this guest the folders of both files, with --dir.
`;

const reports = 6;

/** The numbers that options take: from, to. */
const ranges = { "--epochs": [1, 0xffffffff], "--units": [1, 4096], "--seed": [0, 0xffffffff] };

export const run = {
  run() {
    try {
      main(getArguments().slice(1));
    } catch (thrown) {
      console.error(`error: ${describeError(thrown)}`);
      throw undefined; // The error of `run`, which has no payload: exit code 1.
    }
  },
};

function main(words) {
  const options = parseOptions(words);
  if (options === undefined) {
    console.log(help.trimEnd());
    return;
  }

  const [training, test] = options.paths.map((path) => parseCsv(path, readFile(path)));
  if (training.names.join() !== test.names.join()) {
    throw new Error(`${options.paths.join(" and ")} have different columns`);
  }

  const device = getDeviceInfo();
  if (device.backend === "") {
    throw new Error("this guest was not given a GPU by its host");
  }

  console.log(`device      ${device.name}, backend ${device.backend}`);
  console.log(`data        ${training.rows} training rows, ${test.rows} test rows, ${training.features} features`);
  train(training, test, options);
}

function train(training, test, { epochs, units, seed }) {
  const scaler = new Scaler(training);
  const network = new Network(training.features, training.rows, units, seed);
  const rows = scaler.upload(training);
  console.log(`network     ${training.features} inputs, ${network.units} units, ${network.weights} weights`);
  for (let epoch = 0; epoch < epochs; epoch++) {
    network.step(rows);
    if ((epoch + 1) % Math.ceil(epochs / reports) === 0 || epoch === 0 || epoch === epochs - 1) {
      const loss = network.loss(rows) * scaler.targetVariance;
      console.log(`epoch ${String(epoch + 1).padStart(5)} training MSE ${loss.toFixed(2)}`);
    }
  }

  const predictions = network.predict(scaler.upload(test)).map((value) => scaler.toTarget(value));
  const error = meanOf(test.labels.map((label, i) => (predictions[i] - label) ** 2));
  const mean = meanOf(test.labels);
  const variance = meanOf(test.labels.map((label) => (label - mean) ** 2));
  console.log(`test MSE    ${error.toFixed(2)}`);
  console.log(`test R2     ${(1 - error / variance).toFixed(4)}`);
}

/** @param {string[]} words */
function parseOptions(words) {
  /** @type {{ paths: string[], epochs: number, units: number, seed: number }} */
  const options = { paths: [], epochs: 300, units: 16, seed: 1 };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--help") {
      return undefined;
    } else if (Object.hasOwn(ranges, word)) {
      const number = Number(words[++i]);
      const [least, most] = ranges[word];
      if (!Number.isInteger(number) || number < least || number > most) {
        throw new Error(`${word} takes a whole number from ${least} to ${most}`);
      }

      options[word.slice(2)] = number;
    } else if (word.startsWith("-") || options.paths.length === 2) {
      throw new Error(`unexpected argument ${word}; try --help`);
    } else {
      options.paths.push(word);
    }
  }

  if (options.paths.length < 2) {
    throw new Error("a file with training rows and one with test rows are needed; try --help");
  }

  return options;
}

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
