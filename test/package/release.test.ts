/** The release script in a repository of its own, with an npm that only writes down what it is asked to do. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../cli/noisegeo.ts";

const scripts = fileURLToPath(new URL("../../scripts/", import.meta.url));
const scratch = scratchFolder();
afterAll(scratch.remove);
const repository = join(scratch.path, "repository");
const tools = join(scratch.path, "tools");
const calls = join(scratch.path, "calls");

const npm = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const words = process.argv.slice(2);
appendFileSync(process.env.CALLS, words.join(" ") + "\\n");
if (words[0] === "test") process.exit(Number(process.env.TESTS_FAIL ?? 0));
if (words[0] === "pack") console.log(JSON.stringify([{ size: Number(process.env.SIZE), unpackedSize: 8e6, files: [{}, {}] }]));
`;
const git = (...words: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...words], { cwd: repository });

/** Files at the version 1.2.0, committed. */
function given(files: Readonly<Record<string, string>> = {}): void {
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(join(repository, "scripts"), { recursive: true });
  for (const name of ["release.mjs", "packageLimits.json"]) {
    copyFileSync(join(scripts, name), join(repository, "scripts", name));
  }
  const whole = {
    "package.json": JSON.stringify({ name: "noise-geometry", version: "1.2.0", repository: "example/x" }),
    "CHANGELOG.md": "# Changelog\n\n## 1.2.0 — 2027-01-31\n\n- x\n\n## 1.1.0 — 2026-12-01\n",
    "CITATION.cff": "version: 1.2.0\n",
    ...files,
  };
  for (const [name, text] of Object.entries(whole)) writeFileSync(join(repository, name), text);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "all");
}

beforeEach(() => {
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, "npm"), npm);
  chmodSync(join(tools, "npm"), 0o755);
  writeFileSync(calls, "");
});

const { ACTIONS_ID_TOKEN_REQUEST_URL: _, SIGSTORE_ID_TOKEN: __, CI: ___, ...plain } = process.env;
const vouched = { CI: "true", ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example.org" };

function release(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release.mjs", ...words], {
    cwd: repository,
    env: { ...plain, PATH: `${tools}${delimiter}${process.env.PATH}`, CALLS: calls, SIZE: "2.5e6", ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr, calls: readFileSync(calls, "utf8").split("\n").slice(0, -1) };
}

const pack = "pack --dry-run --json --ignore-scripts";
const publication = "publish --provenance --access public";

test.each([{ words: [] }, { words: ["--dry-run"] }])(
  "a dry run ($words) tests, packs and stops",
  ({ words }) => {
    given();
    expect(release(words)).toEqual({
      status: 0,
      stdout: `noise-geometry 1.2.0: 2 files, 2.50 MB packed, 8.00 MB unpacked\ndry run: nothing published; --publish would run npm ${publication}\n`,
      stderr: "",
      calls: ["test", pack],
    });
  },
);

test("a dry run needs neither a repository address nor the day of the release", () => {
  given({
    "package.json": '{ "name": "noise-geometry", "version": "1.2.0" }',
    "CHANGELOG.md": "## 1.2.0 — unreleased\n",
  });
  expect(release().status).toBe(0);
});

test.each([vouched, { CI: "true", SIGSTORE_ID_TOKEN: "x" }])(
  "--publish in a CI with an OIDC token",
  (env) => {
    given();
    const { status, stderr, calls } = release(["--publish"], env);
    expect({ status, stderr, calls }).toEqual({ status: 0, stderr: "", calls: ["test", pack, publication] });
  },
);

const package_ = { name: "noise-geometry", version: "1.2.0" };
test.each<{ why: string; files?: Record<string, string>; words?: string[]; line: RegExp }>([
  {
    why: "another word",
    words: ["--force"],
    line: /--force: expected --dry-run \(the default\) or --publish/,
  },
  { why: "both words", words: ["--publish", "--dry-run"], line: /expected --dry-run or --publish, got both/ },
  {
    why: "a changelog of another version",
    files: { "CHANGELOG.md": "## 1.1.0 — 2026-12-01\n" },
    line: /CHANGELOG\.md: expected 1\.2\.0 of package\.json as its first entry, got 1\.1\.0/,
  },
  { why: "no changelog", files: { "CHANGELOG.md": "" }, line: /first entry, got none/ },
  {
    why: "a citation of another version",
    files: { "CITATION.cff": "version: 1.1.0\n" },
    line: /CITATION\.cff: expected 1\.2\.0 of package\.json, got 1\.1\.0/,
  },
  {
    why: "no day",
    words: ["--publish"],
    files: { "CHANGELOG.md": "## 1.2.0 — unreleased\n" },
    line: /expected the day of the release after "1\.2\.0 —", got unreleased/,
  },
  {
    why: "no repository address",
    words: ["--publish"],
    files: { "package.json": JSON.stringify(package_) },
    line: /package\.json: expected `repository`, which provenance names, got none; enter its address/,
  },
])("refuses in one line, before anything is run: $why", ({ files, words, line }) => {
  given(files);
  const { status, stdout, stderr, calls } = release(words, vouched);
  expect(stderr).toMatch(new RegExp(`^release: [^\\n]*${line.source}[^\\n]*\\n$`));
  expect({ status, stdout, calls }).toEqual({ status: 2, stdout: "", calls: [] });
});

test.each([{}, { CI: "true" }, { ACTIONS_ID_TOKEN_REQUEST_URL: "https://x" }])(
  "refuses to publish outside of a CI that vouches: %o",
  (env) => {
    given();
    const { status, stderr, calls } = release(["--publish"], env as Record<string, string>);
    expect(stderr).toMatch(/^release: expected a CI with an OIDC token for provenance, got none; [^\n]+\n$/);
    expect({ status, calls }).toEqual({ status: 2, calls: [] });
  },
);

test("refuses changes that are not committed, files that git does not know among them", () => {
  given();
  writeFileSync(join(repository, "notes"), "");
  writeFileSync(join(repository, "CITATION.cff"), "version: 1.2.0\n\n");
  const { status, stderr, calls } = release(["--publish"], vouched);
  expect(stderr).toBe("release: expected a clean tree, got changes to 2 files; commit them first\n");
  expect({ status, calls }).toEqual({ status: 2, calls: [] });
});

test("publishes nothing where tests fail, or where the package has grown over its limit", () => {
  given();
  expect(release(["--publish"], { ...vouched, TESTS_FAIL: "3" })).toMatchObject({
    status: 3,
    calls: ["test"],
  });
  writeFileSync(calls, "");
  const {
    status,
    stderr,
    calls: called,
  } = release(["--publish"], {
    ...vouched,
    SIZE: `${JSON.parse(readFileSync(join(scripts, "packageLimits.json"), "utf8")).packed + 1}`,
  });
  expect(stderr).toMatch(
    /^release: noise-geometry 1\.2\.0: 2 files, .*: expected at most 3\.00 MB and 10\.00 MB; .*\n$/,
  );
  expect({ status, calls: called }).toEqual({ status: 2, calls: ["test", pack] });
});
