// `npm run release`: everything that has to hold before a version goes to the npm registry, and what would go there. With
// `-- --publish`, in a CI that vouches for the commit by an OIDC token, it is published with its provenance.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (name) => readFileSync(join(root, name), "utf8");
const said = (tool, words) => execFileSync(tool, words, { cwd: root, encoding: "utf8" });
/** Ends the release with it, where it fails. */
function shown(tool, words) {
  try {
    execFileSync(tool, words, { cwd: root, stdio: "inherit" });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}

/** One line, and nothing is published. */
function refuse(line) {
  console.error(`release: ${line}`);
  process.exit(2);
}

const words = process.argv.slice(2);
const unknown = words.find((word) => !["--dry-run", "--publish"].includes(word));
if (unknown) refuse(`${unknown}: expected --dry-run (the default) or --publish`);
if (words.includes("--dry-run") && words.includes("--publish")) {
  refuse("expected --dry-run or --publish, got both");
}
const publish = words.includes("--publish");
const { name, version, repository } = JSON.parse(read("package.json"));

const changes = said("git", ["status", "--porcelain"]).trim();
if (changes) {
  refuse(`expected a clean tree, got changes to ${changes.split("\n").length} files; commit them first`);
}
const entry = /^## (\d\S*) — (\S+)$/m.exec(read("CHANGELOG.md"));
if (entry?.[1] !== version) {
  refuse(`CHANGELOG.md: expected ${version} of package.json as its first entry, got ${entry?.[1] ?? "none"}`);
}
const cited = /^version: (.+)$/m.exec(read("CITATION.cff"))?.[1];
if (cited !== version) refuse(`CITATION.cff: expected ${version} of package.json, got ${cited}`);
if (publish) {
  if (!/^\d{4}-\d\d-\d\d$/.test(entry[2])) {
    refuse(`CHANGELOG.md: expected the day of the release after "${version} —", got ${entry[2]}`);
  }
  if (!repository) {
    refuse("package.json: expected `repository`, which provenance names, got none; enter its address");
  }
  if (!process.env.CI || !(process.env.ACTIONS_ID_TOKEN_REQUEST_URL || process.env.SIGSTORE_ID_TOKEN)) {
    refuse("expected a CI with an OIDC token for provenance, got none; publish from the release job there");
  }
}

shown("npm", ["test"]);

const report = JSON.parse(said("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
const { size, unpackedSize, files } = Object.values(report)[0];
const limits = JSON.parse(read("scripts/packageLimits.json"));
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const contents = `${name} ${version}: ${files.length} files, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`;
if (size > limits.packed || unpackedSize > limits.unpacked) {
  refuse(
    `${contents}: expected at most ${megabytes(limits.packed)} and ${megabytes(limits.unpacked)}; see what does not belong in it`,
  );
}
console.log(contents);

const publication = ["publish", "--provenance", "--access", "public"];
if (publish) shown("npm", publication);
else console.log(`dry run: nothing published; --publish would run npm ${publication.join(" ")}`);
