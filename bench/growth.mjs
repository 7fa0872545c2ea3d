/**
 * How time and memory grow: exponents of fits over sizes, with standard errors, beside what the algorithm promises. CPU time, so that other
 * work on the machine does not show; each measurement in a fresh process, for its memory.
 */
import { fileURLToPath } from "node:url";
import { powerFit } from "./fit.mjs";
import { timedProcess } from "./processes.mjs";
import { announce } from "./table.mjs";

const repetitions = 2;
const script = fileURLToPath(new URL("./growthWorker.mjs", import.meta.url));
const parametersOf = (width) => 785 * width + (width + 1) * width + width + 1;

/** Along `over`, all else fixed; `size` of a request is what is fitted against, for the quantities that theory says something about. */
const lines = [
  {
    work: "K of an MLP",
    over: "n",
    theory: { time: "n·p + n²·√p", memory: "n²" },
    requests: [2000, 4000, 8000, 12_000].map((samples) => ({
      work: "gram",
      samples,
      width: 256,
      outputs: 1,
    })),
    size: ({ samples }) => samples,
  },
  {
    work: "K of an MLP, n = 1000",
    over: "p",
    theory: { time: "n·p + n²·√p", memory: "n² + n·√p + p" },
    requests: [256, 512, 1024, 2048].map((width) => ({ work: "gram", samples: 1000, width, outputs: 1 })),
    size: ({ width }) => parametersOf(width),
  },
  {
    work: "K of an MLP, n = 500",
    over: "C",
    theory: { time: "n²·C²·√p", memory: "n²·C²" },
    requests: [4, 8, 16, 24].map((outputs) => ({ work: "gram", samples: 500, width: 256, outputs })),
    size: ({ outputs }) => outputs,
  },
  {
    work: "estimate of an MLP, n = 4000",
    over: "pairs",
    theory: { time: "pairs + n·p", memory: "n + p" },
    requests: [1e6, 2e6, 4e6, 7e6].map((pairs) => ({
      work: "estimate",
      samples: 4000,
      pairs,
    })),
    size: ({ pairs }) => pairs,
  },
  {
    work: "estimate of an MLP, 20,000 pairs",
    over: "n",
    theory: { time: "pairs + n·p" },
    requests: [8000, 16_000, 32_000, 64_000].map((samples) => ({ work: "estimate", samples, pairs: 20_000 })),
    size: ({ samples }) => samples,
  },
  {
    work: "η*, a product, rank 250",
    over: "n",
    theory: { time: "n·r²", memory: "n·r + r²" },
    requests: [4000, 8000, 16_000, 32_000].map((samples) => ({ work: "threshold", samples, rank: 250 })),
    size: ({ samples }) => samples,
  },
  {
    work: "η*, a product, n = 2000",
    over: "r",
    theory: { time: "n·r²", memory: "n·r + r²" },
    requests: [250, 500, 1000, 1500].map((rank) => ({ work: "threshold", samples: 2000, rank })),
    size: ({ rank }) => rank,
  },
];

export async function run() {
  return { title: "Growth: exponents of fits, 1 thread", rows: lines.flatMap(growthRows) };
}

function growthRows({ work, over, theory, requests, size }) {
  const points = requests.flatMap((request) =>
    Array.from({ length: repetitions }, () => ({ x: size(request), ...measured(request) })),
  );
  const xs = points.map(({ x }) => x);
  const range = `${over} from ${Math.min(...xs)} to ${Math.max(...xs)}`;
  const keys = { time: "cpu", memory: "bytes" };
  const known = Object.keys(theory).filter((quantity) => points[0][keys[quantity]] !== undefined);
  return known.map((quantity) => {
    const key = keys[quantity];
    const { exponent, standardError } = powerFit(
      xs,
      points.map((point) => point[key]),
    );
    return announce({
      id: `growth ${work}, ${over}, ${quantity}`,
      work: `${work}: ${quantity}, ${range}`,
      ours: exponent,
      standardError,
      unit: "exponent",
      note: `± ${standardError.toFixed(2)}; theory ${theory[quantity]}`,
      points: points.map((point) => [point.x, point[key]]),
    });
  });
}

function measured(request) {
  return JSON.parse(timedProcess(process.execPath, ["--expose-gc", script, JSON.stringify(request)]).output);
}
