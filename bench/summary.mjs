import { readFileSync } from "node:fs";
import { printColumns, share, short } from "./table.mjs";

/** What was aimed at: one entry a row of the summary, in its order. */
const goals = JSON.parse(readFileSync(new URL("./goals.json", import.meta.url), "utf8"));

/** A row for each goal whose part ran, with the row that was measured for it. */
export function summarise(tables, ran) {
  const rows = new Map(tables.flatMap((table) => table.rows).map((row) => [row.id, row]));
  return goals
    .filter(({ part }) => ran.includes(part))
    .map((goal) => {
      const row = rows.get(goal.id);
      return { ...goal, row, met: row && isMet(goal, row), metInCpuTime: row?.cpu && isMet(goal, row.cpu) };
    });
}

export function printSummary(summary, peaks) {
  const judged = { true: "yes", false: "no", undefined: "not measured" };
  printColumns(
    "Goals",
    summary.map(({ work, row, met, metInCpuTime, ...goal }) => ({
      work,
      ours: row ? short(row.ours) : "–",
      peer: short(row?.peer),
      unit: row?.unit ?? "",
      ratio: short(row?.ratio),
      goal: inWords(goal),
      reached: judged[met],
      "ours in CPU time": short(row?.cpu?.ours),
      "ratio in CPU time": short(row?.cpu?.ratio),
      "reached in CPU time": row?.cpu ? judged[metInCpuTime] : "–",
      "of peak": row ? share(row, peaks) : "–",
    })),
  );
}

/** `of` is what the bound is on: "speed" of ours over the peer's, "time" likewise, or the number itself. */
function isMet({ of, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }, row) {
  const value = { speed: row.ratio, time: 1 / row.ratio, value: row.ours }[of];
  if (value === undefined || Number.isNaN(value)) return undefined;
  // a fit counts as above the bound only where it is clearly so
  const margin = 2 * (row.standardError ?? 0);
  return value + margin >= atLeast && value - margin <= atMost;
}

function inWords({ of, atLeast, atMost, unit }) {
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  return { speed: `${bound}× the speed`, time: `${bound}× the time`, value: `${bound} ${unit ?? ""}`.trim() }[
    of
  ];
}
