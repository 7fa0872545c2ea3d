import { afterAll, describe } from "vitest";
import { localEngine } from "../../src/engines/local.ts";
import { openSweepFolder } from "../../src/runs/sweep/folder.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { engineLaws } from "./engineLaws.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const module = new URL("./playThread.mjs", import.meta.url);

describe.each([2, 3])("worker threads, %i of them", (workers) => {
  engineLaws(
    async ({ path, planned }) => {
      const folder = await openSweepFolder(path, planned);
      return {
        engine: localEngine({ workers, module, scratchOf: folder.scratch }),
        folder,
        async close() {},
      };
    },
    () => scratch.path,
  );
});
