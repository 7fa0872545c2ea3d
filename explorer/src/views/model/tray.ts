/** The files that were chosen, and what they are together. */
import { InputError } from "../../../../src/inputError.ts";
import type { Recognised, Role } from "./recognise.ts";

export interface TrayFile extends Recognised {
  readonly file: File;
}

/** Something that can be measured. */
export type Source =
  | { readonly kind: "point"; readonly point: File }
  | { readonly kind: "pair"; readonly jacobian: File; readonly residuals: File }
  | {
      readonly kind: "network";
      readonly network: File;
      readonly data: File;
      /** Where the network keeps its numbers. */
      readonly beside: readonly File[];
    };

/** Files of one family make one source. */
const families: Readonly<Record<Role, "jacobian" | "pair" | "network">> = {
  point: "jacobian",
  array: "pair",
  network: "network",
  data: "network",
  beside: "network",
};

/**
 * The tray after more files: they join those of their family, take the place of a file of the same role, and put files of
 * another family aside. Throws an InputError where they are of
 * several families, several of one role, or of no use.
 */
export function addFiles(tray: readonly TrayFile[], more: readonly TrayFile[]): readonly TrayFile[] {
  const family = familyOf(more);
  if (family === undefined) return tray;
  const kept = familyOf(tray) === family ? tray : [];
  if (family === "pair") return addArrays(kept, more);
  for (const role of ["point", "network", "data"] as const) {
    const same = more.filter((item) => item.role === role);
    if (same.length > 1) {
      throw new InputError(`expected one file of each kind, got ${names(same)}; choose one of them`);
    }
  }
  const isReplaced = ({ role, file }: TrayFile) =>
    more.some((item) => item.role === role && (role !== "beside" || item.file.name === file.name));
  const all = [...kept.filter((item) => !isReplaced(item)), ...more];
  requireNetwork(all);
  return all;
}

/** What is no array file may hold a network's numbers, but only where there is a network. */
function requireNetwork(all: readonly TrayFile[]): void {
  const stray = all.find(({ role }) => role === "beside");
  if (!stray || all.some(({ role }) => role === "network")) return;
  throw new InputError(
    `${stray.file.name}: expected an .npz, .npy, .safetensors or .onnx file, got other content; what a network keeps its numbers in is chosen with it or after it`,
  );
}

function addArrays(kept: readonly TrayFile[], more: readonly TrayFile[]): readonly TrayFile[] {
  const others = kept.filter(({ file }) => more.every((item) => item.file.name !== file.name));
  // a third array begins another pair
  const all = others.length + more.length > 2 ? more : [...others, ...more];
  if (all.length > 2) {
    throw new InputError(`expected two arrays, a Jacobian and its residuals, got ${names(all)}; choose two`);
  }
  return all;
}

/** The source that the files make, or what is still missing, in words. */
export function sourceOf(tray: readonly TrayFile[]): Source | { readonly missing: string } | undefined {
  const one = (role: Role) => tray.find((item) => item.role === role)?.file;
  const [point, network, data] = [one("point"), one("network"), one("data")];
  const [first, second] = tray.filter(({ role }) => role === "array");
  const beside = tray.filter(({ role }) => role === "beside").map(({ file }) => file);
  if (point) return { kind: "point", point };
  if (first) {
    if (second) return { kind: "pair", ...pairOf(first, second) };
    const missing =
      "Now add the other array: a Jacobian (n, p) or (n, C, p) goes with residuals (n) or (n, C).";
    return { missing };
  }
  if (network && data) return { kind: "network", network, data, beside };
  if (network) return { missing: "Now add its data: an .npz with x (n, …) and y (n) or (n, C)." };
  return tray.length > 0 ? { missing: "Now add the network that these are for: an .onnx file." } : undefined;
}

/** The Jacobian has more axes, or more numbers. */
function pairOf(first: TrayFile, second: TrayFile): { readonly jacobian: File; readonly residuals: File } {
  const [a, b] = [first, second].map(({ shape = [] }) => ({
    rank: shape.length,
    size: shape.reduce((product, length) => product * length, 1),
  }));
  const order = a.rank - b.rank || a.size - b.size || namedOrder(first.file.name, second.file.name);
  return order >= 0
    ? { jacobian: first.file, residuals: second.file }
    : { jacobian: second.file, residuals: first.file };
}

/** Of arrays of one shape (p = 1) the one named after its residuals is theirs. */
function namedOrder(first: string, second: string): number {
  const isResiduals = (name: string) => Number(/^r(\b|_|es)/i.test(name));
  return isResiduals(second) - isResiduals(first);
}

function familyOf(files: readonly TrayFile[]): "jacobian" | "pair" | "network" | undefined {
  const all = [...new Set(files.map(({ role }) => families[role]))];
  if (all.length > 1) {
    throw new InputError(
      `expected a Jacobian with its residuals, or a network with its data, got both: ${names(files)}; choose one of them`,
    );
  }
  return all[0];
}

function names(files: readonly TrayFile[]): string {
  return files.map(({ file }) => file.name).join(" and ");
}
