import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Installed {
  /** The project that it is installed in, otherwise empty. */
  readonly project: string;
  /** The package there. */
  readonly path: string;
  readonly manifest: Record<string, unknown> & {
    readonly version: string;
    readonly bin: Record<string, string>;
    readonly exports: Record<string, unknown>;
    readonly dependencies: Record<string, string>;
  };
  /** Bytes of the tarball, and of what it holds. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly PackedFile[];
}

/**
 * `npm pack` of the built tree, unpacked into an empty project as npm would, without any network: beside it are only the
 * dependencies that its manifest names, taken from this checkout. Development and optional dependencies are not to be found.
 */
export function installPacked(project: string): Installed {
  const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  const report = JSON.parse(execFileSync("npm", words, { cwd: root, encoding: "utf8", stdio: "pipe" }));
  const { filename, size, unpackedSize, files } = Object.values(report)[0] as Installed & {
    filename: string;
  };

  const path = join(project, "node_modules/noise-geometry");
  mkdirSync(path, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, filename), "-C", path, "--strip-components", "1"]);
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "dir");
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return { project, path, manifest, size, unpackedSize, files };
}

/** A program that writes point.npz: J = I and r = (1, 2), so Σ₁ = diag(1, 4)/2, ∇L = (1, 2)/2, G = I/2, 2L = 5/2, μ₁ = 1 and μ = 1/2. */
export const writePoint = `
  import { writeFileSync } from "node:fs";
  import { encodeNpz } from "noise-geometry/data";
  writeFileSync("point.npz", await encodeNpz({
    jacobian: { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) },
    residuals: { shape: [2], data: Float64Array.of(1, 2) },
  }));
  console.log("null");
`;
