/**
 * One piece of work in a process of its own, for growth.mjs: `node --expose-gc growthWorker.mjs '{"work": …}'` prints { cpu, bytes }:
 * CPU seconds, and by how much the most resident memory lay above what was there before; Linux alone tells the second.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import {
  createStream,
  estimateGeometry,
  powerLaw,
  reducedJacobian,
  stabilityThreshold,
} from "noise-geometry";
import { openKernels, openVectorMath } from "noise-geometry/linalg";
import { architecture, randomModel } from "./networks/models.mjs";
import { timeOf } from "./timing.mjs";

const request = JSON.parse(process.argv[2]);
const kernels = await openKernels({ threads: 1 });
const math = await openVectorMath();

const works = {
  gram({ samples, width, outputs }) {
    const { model, theta } = network(samples, width, outputs);
    return async () => {
      await model.linearize(theta).gram();
      return 1;
    };
  },
  estimate({ samples, pairs }) {
    const { model, theta } = network(samples, 256, 1);
    return async () => {
      await estimateGeometry(model.linearize(theta), { kernels, stream: createStream(1), pairs });
      return 1;
    };
  },
  async threshold({ samples, rank }) {
    const jacobian = powerLaw(rank, 0.5).sample(samples, createStream(1));
    const problem = await reducedJacobian(jacobian, 1, kernels);
    const draw = { batchSize: 4, replacement: true };
    return async () => (await stabilityThreshold(problem, draw, { kernels })).products;
  },
};

function network(samples, width, outputs) {
  const graph = architecture({ name: "fnn", hidden: [width, width], activation: "tanh" }, [784], outputs);
  return randomModel({ kernels, math }, graph, samples);
}

const once = await works[request.work](request);
globalThis.gc();
const before = residentNow();
let parts;
const { cpu } = await timeOf(async () => {
  parts = await once();
});
const bytes = before && status("VmHWM") - before;
console.log(JSON.stringify({ cpu: cpu / parts, bytes }));
await kernels.close();

/** Bytes; the peak counts anew from here. */
function residentNow() {
  if (process.platform !== "linux") return undefined;
  writeFileSync("/proc/self/clear_refs", "5");
  return status("VmRSS");
}

/** Of /proc/self/status, in bytes. */
function status(name) {
  const text = readFileSync("/proc/self/status", "latin1");
  return 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(text)[1]);
}
