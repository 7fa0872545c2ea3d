import type { Check, Row } from "../experiment.ts";
import { sharpnessNames } from "../minima/sharpness.ts";
import { distinct, groups, numbers, where } from "../rows.ts";
import { type Bounds, check, worst } from "../verdict.ts";
import { leftAt, type Optimiser } from "./setting.ts";

const margins = {
  /**
   * Of a single run's squared displacement along u₁. GD keeps the little that it moved before it grew. SGD is looked at in the very
   * step that takes its loss over the line, often a kick along u₁, and so has more there than in the mean.
   */
  departure: { GD: { atLeast: 0.9 }, SGD: { atMost: 0.7 } },
  /** log₁₀ of the network's loss over that of the linearised run, up to that loss: a fifth. */
  firstOrder: { logLoss: -3, deviation: Math.log10(1.2) },
  /** A minimum that is kept at 1.5 times the largest η that θ* could be kept at is about 1.5 times flatter, 0.67; with some room. */
  flatter: { atMost: 0.75 },
  /** Of the followed runs. */
  elsewhere: { atMost: 0.1 },
};

/** Out of the minimum and into another, run by run, from rows of all kinds. */
export function farChecks(rows: readonly Row[]): readonly Check[] {
  const departures = where(rows, { kind: "departure", group: "1" });
  const ends = where(rows, { kind: "end" });
  return [
    departure(departures, "GD"),
    departure(departures, "SGD"),
    firstOrder(where(rows, { kind: "path" })),
    settled(ends),
    flatter(ends),
    flatterThanDescent(ends),
  ];
}

function departure(rows: readonly Row[], optimiser: Optimiser): Check {
  const bounds: Bounds = margins.departure[optimiser];
  const part = optimiser === "GD" ? `at least ${bounds.atLeast}` : `at most ${bounds.atMost}`;
  return worstOf(
    `single runs of ${optimiser}, at every factor: when the loss comes to ${100 * leftAt} % of that of f = 0, ${part} of the squared displacement is along u₁`,
    bounds,
    groups(where(rows, { optimiser }), ["subject", "factor"]).map(({ name, rows: own }) => ({
      name,
      values: numbers(own, "displacement"),
    })),
  );
}

function firstOrder(paths: readonly Row[]): Check {
  const { logLoss, deviation } = margins.firstOrder;
  return worstOf(
    `first order holds until the loss is 10^${logLoss} of that of f = 0: up to there it is within ${Math.round(100 * (10 ** deviation - 1))} % of that of the linearised run on the same batches (|log₁₀| of the ratio at the last look before)`,
    { atMost: deviation },
    groups(paths, ["subject", "optimiser", "factor"]).map(({ name, rows: own }) => ({
      name,
      values: distinct<number>(own, "seed").flatMap((seed) => {
        const path = where(own, { seed });
        const beyond = path.findIndex((row) => (row.logLoss as number) > logLoss);
        const last = path[(beyond < 0 ? path.length : beyond) - 1];
        return last ? [Math.abs((last.logLoss as number) - (last.logLinear as number))] : [];
      }),
    })),
  );
}

function settled(ends: readonly Row[]): Check {
  return worstOf(
    `the runs come to another minimum: at most ${100 * margins.elsewhere.atMost} % of them do not leave in time or do not settle again; these are left out below`,
    margins.elsewhere,
    groups(ends, ["subject", "optimiser", "factor"]).map(({ name, rows: own }) => ({
      name,
      values: own.map((row) => (arrived(row) ? 0 : 1)),
    })),
  );
}

function flatter(ends: readonly Row[]): Check {
  const own = where(ends.filter(arrived), { optimiser: "SGD" });
  return worstOf(
    `SGD's new minimum is flatter than θ*: λ_max, Tr G and ‖G‖_F are each at most ${margins.flatter.atMost} of what they were`,
    margins.flatter,
    groups(own, ["subject", "factor"]).flatMap(({ name, rows: of }) =>
      Object.entries(sharpnessNames).map(([measure, symbol]) => ({
        name: `${name}, ${symbol}`,
        values: numbers(of, measure),
      })),
    ),
  );
}

/** Every factor of SGD against every one of GD at a larger η, network by network. */
function flatterThanDescent(ends: readonly Row[]): Check {
  const there = ends.filter(arrived);
  const descents = where(there, { optimiser: "GD" });
  return worstOf(
    "SGD's new minimum is flatter than that of GD from the same θ* at a larger η: λ_max, Tr G and ‖G‖_F are each less (ratio of the two)",
    { atMost: 1 },
    groups(where(there, { optimiser: "SGD" }), ["subject", "factor"]).flatMap(({ name, rows: own }) =>
      distinct<number>(descents, "factor").flatMap((factor) =>
        Object.entries(sharpnessNames).map(([measure, symbol]) => ({
          name: `${name} against GD at ${factor}, ${symbol}`,
          values: own.flatMap(({ subject, seed, rate, [measure]: value }) =>
            where(descents, { subject, seed, factor })
              .filter((other) => (other.rate as number) > (rate as number))
              .map((other) => (value as number) / (other[measure] as number)),
          ),
        })),
      ),
    ),
  );
}

/** Left θ* and settled at another minimum. */
export function arrived({ left, settled: back }: Row): boolean {
  return left !== null && back === true;
}

/** The case that stands worst, by name; undecided where there is none. */
function worstOf(
  statement: string,
  bounds: Bounds,
  cases: readonly { readonly name: string; readonly values: readonly number[] }[],
): Check {
  if (cases.length === 0) return check(statement, [], bounds);
  return worst(cases.map(({ name, values }) => check(`${statement} (worst case: ${name})`, values, bounds)));
}
