/** Command lines: every command with its options, values that fit, values that do not, and words from anywhere. */
import fc from "fast-check";

interface Grammar {
  /** Positional arguments. */
  readonly args: readonly (readonly string[])[];
  /** Options with the values they may be given; none for a flag. */
  readonly options: Readonly<Record<string, readonly string[]>>;
}

const files = [
  "nowhere.npy",
  "garbage.bin",
  "empty",
  "J.npy",
  "r.npy",
  "x.npz",
  "bomb.yaml",
  ".",
  "/dev/null",
  "",
];
const counts = ["0", "-1", "1e999", "2.5", "NaN", "two", "", "99999999999999999999", " 1"];
const point: Grammar["options"] = {
  "--jacobian": files,
  "--residuals": files,
  "--npz": files,
  "--safetensors": files,
  "--onnx": files,
  "--model": files,
  "--weights": files,
  "--data": files,
  "--run": files,
  "--step": counts,
  "--loss": ["mse", "hinge", ""],
  "--precision": ["f32", "f16"],
  "--seed": counts,
  "--threads": counts,
};

/** Of options that start long work (explore, worker, reproduce and sweep of something valid) only what is refused. */
const grammar: Readonly<Record<string, Grammar>> = {
  measure: {
    args: [],
    options: {
      ...point,
      "--top": counts,
      "--certificate": [],
      "--stability": ["1", "0", "1,x", "3,3"],
      "--replacement": [],
      "--hessian": [],
      "--estimate": counts,
      "--json": files,
      "--out": ["garbage.bin/x", "/dev/null"],
    },
  },
  advise: {
    args: [],
    options: { ...point, "--batch": counts, "--learning-rate": ["0", "x"], "--json": files },
  },
  escape: {
    args: [],
    options: {
      "--eigenvalues": files,
      "--jacobian": files,
      "--learning-rate": ["0.1", "0", "-1", "1e999", "x"],
      "--batch": counts,
      "--samples": counts,
      "--replacement": [],
      "--k": ["1", "0", "1,,2"],
      "--simulate": counts,
      "--steps": counts,
      "--seed": counts,
    },
  },
  train: { args: [files], options: { "--out": files, "--resume": [], "--json": files, "--threads": counts } },
  reproduce: {
    args: [["nothing-such", "__proto__", "constructor"]],
    options: {
      "--scale": ["quick", "huge"],
      "--out": files,
      "--seed": counts,
      "--threads": counts,
      "--resume": [],
    },
  },
  sweep: {
    args: [files],
    options: {
      "--out": files,
      "--engine": ["local", "carrier-pigeon"],
      "--workers": counts,
      "--redis": ["x", "http://"],
      "--sbatch": ["x"],
      "--attempts": counts,
    },
  },
  worker: {
    args: [],
    options: { "--redis": ["", "x", "http://h", "redis://[", "ftp://"], "--workers": counts },
  },
  gather: { args: [files], options: {} },
  "sweep-task": { args: [files, counts, counts], options: {} },
  explore: { args: [files], options: { "--port": ["-1", "65536", "x"], "--host": ["not a host"] } },
  list: { args: [], options: {} },
  data: { args: [], options: {} },
};

const anything = fc.oneof(
  fc.constantFrom(
    "--",
    "-",
    "---",
    "--help=x",
    "--no-such",
    "--json",
    "-x",
    "a\nb",
    "\u001b[2J",
    "__proto__",
    "--__proto__",
    "--seed=",
    "…",
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll("\0", "")),
);

/** Words after `noisegeo`. */
export const commandLines: fc.Arbitrary<readonly string[]> = fc
  .constantFrom(...Object.entries(grammar))
  .chain(([command, { args, options }]) => {
    const option = Object.entries(options).map(([name, values]) =>
      values.length === 0 ? fc.constant([name]) : fc.constantFrom(...values).map((value) => [name, value]),
    );
    const optional = option.length > 0 ? fc.array(fc.oneof(...option), { maxLength: 4 }) : fc.constant([]);
    const positional = fc.tuple(...args.map((values) => fc.constantFrom(...values)));
    const stray = fc.array(anything, { maxLength: 1 });
    return fc
      .tuple(positional, optional, stray)
      .map(([fixed, chosen, more]) => [command, ...fixed, ...chosen.flat(), ...more]);
  });
