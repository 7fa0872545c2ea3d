// Installs what the lock file names, unless that is what is installed already: so that `npm start` and `npm test`
// each work alone on a fresh clone.
import { execSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command line in the project with its output shown; ends this process with its exit code when it fails. */
export function run(command) {
  try {
    execSync(command, { cwd: root, stdio: "inherit" });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}

export function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `noise-geometry: expected Node 20.19 or newer, got ${process.versions.node}; install a newer Node`,
    );
    process.exit(2);
  }
  const installed = join(root, "node_modules/.package-lock.json");
  const lock = join(root, "package-lock.json");
  const current =
    statSync(installed, { throwIfNoEntry: false }) &&
    !missing(JSON.parse(readFileSync(lock, "utf8")), installed);
  if (!current) run("npm ci --no-audit --no-fund");
}

/** Whether a package that the lock file requires here is missing or of another version. */
function missing(lock, installedLock) {
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  return Object.entries(lock.packages).some(
    ([path, entry]) => path !== "" && !entry.optional && installed[path]?.version !== entry.version,
  );
}
