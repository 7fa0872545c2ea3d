import { expect, test } from "vitest";
import { sweepFigure } from "../../src/report/sweepFigure.ts";

test("runs that diverged are no points of the figure, whatever their last row holds, and are counted", () => {
  const row = (rate: number, outcome: string, loss: number) => ({ rate, status: "done", outcome, loss });
  const rows = [row(0.1, "finished", 0.5), row(0.2, "finished", 0.25), row(5, "diverged", 1)];
  const figure = sweepFigure(rows, ["rate"], { x: "rate", y: "loss" });
  expect(figure?.panels[0]?.layers[0]).toMatchObject({
    points: [
      { x: 0.1, y: 0.5 },
      { x: 0.2, y: 0.25 },
    ],
  });
  expect(figure?.caption).toContain("3 of 3 jobs are done, of which 1 diverged and are left out.");
  expect(sweepFigure(rows.slice(2), ["rate"], { x: "rate", y: "loss" })).toBeUndefined();
});
