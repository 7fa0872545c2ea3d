/** What can be run by name, in the order of a whole run. A part is a module whose `run()` returns a table. */
export const parts = {
  kernels: () => import("./kernels.mjs"),
  startup: () => import("./startup.mjs"),
  measure: () => import("./measure.mjs"),
  "networks/gram": () => networks("gram"),
  "networks/measure": () => networks("measure"),
  "networks/steps": () => networks("steps"),
  "networks/products": () => networks("products"),
  "networks/convolutions": () => networks("convolutions"),
  threshold: () => import("./threshold.mjs"),
  escape: () => import("./escape.mjs"),
  gaussian: () => import("./gaussian.mjs"),
  threads: () => import("./threads.mjs"),
  growth: () => import("./growth.mjs"),
};

async function networks(group) {
  const { runGroup } = await import("./networks.mjs");
  return { run: () => runGroup(group) };
}

/** The parts of these names, or of folders of them; all without a name. Ends the process where there is none. */
export function partsNamed(wanted) {
  const all = Object.keys(parts);
  const found = (name) => all.filter((part) => part === name || part.startsWith(`${name}/`));
  const unknown = wanted.find((name) => found(name).length === 0);
  if (unknown !== undefined) {
    console.error(`bench: expected parts out of ${all.join(", ")}, got ${unknown}`);
    process.exit(2);
  }
  return wanted.length === 0 ? all : all.filter((part) => wanted.some((name) => found(name).includes(part)));
}
