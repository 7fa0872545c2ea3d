import pc from "picocolors";
import type { Advice } from "../dynamics/advice.ts";
import { isDefined } from "../geometry/undefined.ts";
import { type Judgement, told, validity } from "./adviseConditions.ts";
import { type AdvisedPoint, undefinedEntries } from "./adviseDocument.ts";
import { adviceLines, batchTable, stepSentence } from "./adviseLines.ts";
import { adviceReading } from "./adviseReading.ts";

/** What `noisegeo advise` prints for people. */
export function adviseTable({ name, advice, judgement, document }: AdvisedPoint): string {
  const lines = [
    pc.bold(`Advice for ${name}`),
    stepSentence(advice),
    "",
    pc.bold(adviceReading(advice, judgement)),
    "",
    ...answers(advice, judgement),
    "",
    ...batches(advice),
    "",
    ...conditions(judgement),
    ...document.warnings.map((warning) => pc.yellow(`warning: ${warning}`)),
    ...undefinedEntries(document).map(({ path, reason }) => pc.yellow(`undefined: ${path}: ${reason}`)),
  ];
  return `${lines.join("\n")}\n`;
}

function answers(advice: Advice, judgement: Judgement): string[] {
  const lines = adviceLines(advice);
  const width = Math.max(...lines.map(({ label }) => label.length)) + 2;
  return [
    pc.dim(`${"".padEnd(width)}${"".padEnd(12)} valid?`),
    ...lines.map(({ label, value, note, answer }) => {
      const valid = mark(validity(answer, judgement)).padEnd(8);
      return `${label.padEnd(width)}${value.padEnd(12)} ${coloured(validity(answer, judgement), valid)}${note ? pc.dim(note) : ""}`;
    }),
  ];
}

function batches(advice: Advice): string[] {
  const { headings, rows } = batchTable(advice);
  const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(16)).join("");
  return [
    pc.dim(line(headings)),
    ...rows.map((row) =>
      row[0] === String(advice.step.batchSize) ? `${pc.bold(line(row))}  in use` : line(row),
    ),
  ];
}

function conditions(judgement: Judgement): string[] {
  const width = Math.max(...judgement.conditions.map(({ label }) => label.length)) + 2;
  return [
    pc.dim("holds?"),
    ...judgement.conditions.map((condition) => {
      const holds = isDefined(condition.holds) ? condition.holds : undefined;
      return `${coloured(holds, mark(holds).padEnd(8))}${condition.label.padEnd(width)}${pc.dim(told(condition))}`;
    }),
  ];
}

function mark(valid: boolean | undefined): string {
  return valid === undefined ? "?" : valid ? "yes" : "no";
}

function coloured(valid: boolean | undefined, text: string): string {
  const colour = valid === undefined ? pc.yellow : valid ? pc.green : pc.red;
  return colour(text);
}
