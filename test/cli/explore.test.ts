import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunList } from "../../src/serve/api.ts";
import { writeRun } from "../serve/serving.ts";
import { noisegeo, scratchFolder } from "./noisegeo.ts";

const scratch = scratchFolder();
beforeAll(() => writeRun(join(scratch.path, "runs", "first"), 5));
afterAll(() => scratch.remove());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("prints the address, serves the page and the runs, and Ctrl-C ends it with 130 at once", async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  let page = "";
  let runs: RunList | undefined;
  const { code, stdout, stderr } = await noisegeo(["explore", "runs", "--port", String(port)], {
    cwd: scratch.path,
    async whileRunning({ interrupt }) {
      try {
        await expect
          .poll(
            () =>
              fetch(address).then(
                ({ status }) => status,
                () => 0,
              ),
            { timeout: 20_000 },
          )
          .toBe(200);
        page = await (await fetch(address)).text();
        runs = (await (await fetch(`${address}api/runs`)).json()) as RunList;
      } finally {
        interrupt();
      }
    },
  });
  expect(code, stderr).toBe(130);
  expect(stdout).toBe(`${address}\n`);
  expect(stderr).toBe(
    "noisegeo: 1 run, sweep or reproduction in runs\nnoisegeo: Ctrl-C ends it\nnoisegeo: interrupted; nothing is served any more\n",
  );
  expect(page).toContain('<div id="explorer">');
  expect(page).toContain("connect-src 'self'");
  expect(runs!.runs.map(({ path }) => path)).toEqual(["first"]);
});

test.each([
  [["nowhere"], /nowhere: expected a folder with runs, got no such file or folder/],
  [["--port", "65536"], /expected a port up to 65535/],
  [["--port", "x"], /expected a whole number/],
  [["runs", "more"], /too many arguments/],
])("exit code 2 and one line: explore %o", async (words, line) => {
  const { code, stdout, stderr } = await noisegeo(["explore", ...words], { cwd: scratch.path });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});
