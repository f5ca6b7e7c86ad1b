// A network with one hidden layer, trained by gradient descent with momentum on all rows at once. Matrices stay on the
// device; the guest reads a loss now and then, and predictions.

import {
  kernelBootstrapSample,
  kernelElementwise,
  kernelMatmul,
  kernelReduce,
} from "wasi:gpu/ml-kernels@0.1.0";
import { GpuBuffer } from "../../sdk/js/wasi-gpu.js";

const learningRate = 0.05;
const momentum = 0.9;
const weightDecay = 0.05;

/** Brings every column to mean 0 and variance 1, as the training rows have them. */
export class Scaler {
  constructor(table) {
    const columns = Array.from({ length: table.features }, (_, column) =>
      table.data.filter((_, i) => i % table.features === column),
    );
    this.columns = columns.map(momentsOf);
    this.target = momentsOf(table.labels);
  }

  get targetVariance() {
    return this.target.variance;
  }

  /** The rows of a table on the device, each with a 1 at its end, by which the first layer has a bias. */
  upload(table) {
    const inputs = new Float32Array(table.rows * (table.features + 1)).fill(1);
    table.data.forEach((value, i) => {
      const row = Math.floor(i / table.features);
      inputs[i + row] = scale(value, this.columns[i % table.features]);
    });
    const targets = Float32Array.from(table.labels, (label) => scale(label, this.target));
    return { count: table.rows, inputs: GpuBuffer.of(inputs), targets: GpuBuffer.of(targets) };
  }

  toTarget(value) {
    return value * Math.sqrt(this.target.variance) + this.target.mean;
  }
}

/** prediction = tanh(inputs * first) * second */
export class Network {
  /**
   * @param {number} rows the number of rows to train on
   * @param {number} units the number of units in the hidden layer
   */
  constructor(features, rows, units, seed) {
    this.units = units;
    this.inputs = features + 1;
    this.weights = (this.inputs + 1) * this.units;
    this.first = randomWeights(this.inputs * this.units, 1 / Math.sqrt(this.inputs), seed);
    this.second = randomWeights(this.units, 1 / Math.sqrt(this.units), seed + 1);
    this.firstVelocity = zeros(this.first.length);
    this.secondVelocity = zeros(this.second.length);
    this.identity = GpuBuffer.of(identityOf(this.units));
    this.one = GpuBuffer.of(Float32Array.of(1));
    this.mean = zeros(1);

    const size = rows * this.units;
    this.hidden = zeros(size);
    this.slope = zeros(size);
    this.gradient = zeros(size);
    this.ones = GpuBuffer.of(new Float32Array(size).fill(1));
    this.minusOnes = GpuBuffer.of(new Float32Array(size).fill(-1));
    this.error = zeros(rows);
    this.squares = zeros(rows);
  }

  /** One step on the training rows. */
  step(rows) {
    const { count } = rows;
    this.#forward(rows, this.hidden);
    this.#errors(rows);

    // The gradient in the hidden layer: (error * second transposed) times the slope of tanh, 1 - tanh^2.
    const size = count * this.units;
    elementwise("mul", size, this.hidden, this.hidden, this.slope);
    elementwise("mul", size, this.slope, this.minusOnes, this.slope);
    elementwise("add", size, this.slope, this.ones, this.slope);
    matmul(count, 1, this.units, this.error, this.second, this.gradient, {});
    elementwise("mul", size, this.gradient, this.slope, this.gradient);

    // velocity = momentum * velocity + gradient / rows; weights = decayed weights - rate * velocity.
    const scaled = { alpha: 1 / count, beta: momentum, transA: true };
    matmul(this.units, count, 1, this.hidden, this.error, this.secondVelocity, scaled);
    matmul(this.inputs, count, this.units, rows.inputs, this.gradient, this.firstVelocity, scaled);
    const moved = { alpha: -learningRate, beta: 1 - learningRate * weightDecay };
    matmul(this.units, 1, 1, this.secondVelocity, this.one, this.second, moved);
    matmul(this.inputs, this.units, this.units, this.firstVelocity, this.identity, this.first, moved);
  }

  /** The mean squared error over the training rows, in units of the target's variance. */
  loss(rows) {
    this.#forward(rows, this.hidden);
    this.#errors(rows);
    elementwise("mul", rows.count, this.error, this.error, this.squares);
    kernelReduce({ nElements: rows.count, op: "mean" }, this.squares.id, this.mean.id);
    return this.mean.read()[0];
  }

  /** Predictions in the units of the scaled target. */
  predict(rows) {
    const hidden = zeros(rows.count * this.units);
    const output = zeros(rows.count);
    this.#forward(rows, hidden);
    matmul(rows.count, this.units, 1, hidden, this.second, output, {});
    const predictions = Array.from(output.read());
    hidden.destroy();
    output.destroy();
    return predictions;
  }

  #forward(rows, hidden) {
    matmul(rows.count, this.inputs, this.units, rows.inputs, this.first, hidden, {});
    elementwise("tanh", rows.count * this.units, hidden, undefined, hidden);
  }

  // error = hidden * second - targets
  #errors(rows) {
    rows.targets.copyTo(this.error);
    matmul(rows.count, this.units, 1, this.hidden, this.second, this.error, { beta: -1 });
  }
}

function matmul(m, k, n, a, b, c, { alpha = 1, beta = 0, transA = false }) {
  kernelMatmul({ m, k, n, transA, transB: false, alpha, beta }, a.id, b.id, c.id);
}

function elementwise(op, nElements, a, b, output) {
  kernelElementwise({ nElements, op }, a.id, b?.id, output.id);
}

function zeros(length) {
  return GpuBuffer.zeros(Float32Array, length);
}

/** Mean and variance by the device. A column without variance is left as it is. */
function momentsOf(values) {
  const input = GpuBuffer.of(Float32Array.from(values));
  const output = zeros(1);
  const reduce = (op) => {
    kernelReduce({ nElements: values.length, op }, input.id, output.id);
    return output.read()[0];
  };
  const moments = { mean: reduce("mean"), variance: reduce("variance") || 1 };
  input.destroy();
  output.destroy();
  return moments;
}

function scale(value, { mean, variance }) {
  return (value - mean) / Math.sqrt(variance);
}

/** Numbers evenly spread between -limit and limit: the device's own draws, the same on every device. */
function randomWeights(length, limit, seed) {
  const steps = 1 << 16;
  const draws = GpuBuffer.zeros(Uint32Array, length);
  kernelBootstrapSample({ nSamples: length, seed, maxIndex: steps }, draws.id);
  const weights = Float32Array.from(draws.read(), (draw) => ((2 * draw + 1) / steps - 1) * limit);
  draws.destroy();
  return GpuBuffer.of(weights);
}

function identityOf(size) {
  return Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
