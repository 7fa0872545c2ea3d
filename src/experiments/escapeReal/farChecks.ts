import type { Check, Row } from "../experiment.ts";
import { sharpnessNames } from "../minima/sharpness.ts";
import { groups, mean, numbers, where } from "../rows.ts";
import { type Bounds, check, worst } from "../verdict.ts";
import { leftAt, type Optimiser } from "./setting.ts";

const margins = {
  /**
   * Of a single run's squared displacement along u₁. GD keeps the little that it moved before it grew. SGD is looked at in the very
   * step that takes its loss over the line, often a kick along u₁, and so has more there than in the mean.
   */
  departure: { GD: { atLeast: 0.9 }, SGD: { atMost: 0.7 } },
  /** Of the network's loss from that of the linearised run, up to that loss: what parts them grows as √L, there to a hundredth. */
  firstOrder: { logLoss: -4, deviation: 0.1 },
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
    firstOrder(where(rows, { kind: "path" }), ends),
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

/** Of the runs that leave: one that comes near that loss and goes back has had long to part from first order. */
function firstOrder(paths: readonly Row[], ends: readonly Row[]): Check {
  const { logLoss, deviation } = margins.firstOrder;
  return worstOf(
    `first order holds until the loss is 10^${logLoss} of that of f = 0: up to there it is within ${100 * deviation} % of that of the linearised run on the same batches (mean log₁₀ |ratio − 1| at the last look before, runs that leave)`,
    { atMost: Math.log10(deviation) },
    groups(
      ends.filter(({ left }) => left !== null),
      ["subject", "optimiser", "factor"],
    ).map(({ name, rows: own }) => ({
      name,
      values: own.flatMap(({ subject, seed, optimiser, factor }) => {
        const path = where(paths, { subject, seed, optimiser, factor });
        const beyond = path.findIndex((row) => (row.logLoss as number) > logLoss);
        // at the first look the two are at the same place
        return beyond > 1 ? [logDeviation(path[beyond - 1])] : [];
      }),
    })),
  );
}

/** log₁₀ |L/L' − 1|, down to rounding. */
function logDeviation({ logLoss, logLinear }: Row): number {
  const ratio = 10 ** ((logLoss as number) - (logLinear as number));
  return Math.log10(Math.max(Math.abs(ratio - 1), Number.EPSILON));
}

function settled(ends: readonly Row[]): Check {
  return worstOf(
    `the runs come to another minimum: at most ${100 * margins.elsewhere.atMost} % of them do not leave in time or do not settle again; these are left out below`,
    margins.elsewhere,
    groups(ends, ["optimiser"]).map(({ name, rows: own }) => ({
      name,
      values: groups(own, ["subject", "seed"]).map(
        ({ rows: of }) => of.filter((row) => !arrived(row)).length / of.length,
      ),
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

/** Every factor of SGD against the runs of GD from the same θ*, network by network; all of these are at a larger η. */
function flatterThanDescent(ends: readonly Row[]): Check {
  const there = ends.filter(arrived);
  const descents = where(there, { optimiser: "GD" });
  return worstOf(
    "SGD's new minimum is flatter than those of GD from the same θ* at larger η: λ_max, Tr G and ‖G‖_F are each less (ratio to their mean over GD's factors)",
    { atMost: 1 },
    groups(where(there, { optimiser: "SGD" }), ["subject", "factor"]).flatMap(({ name, rows: own }) =>
      Object.entries(sharpnessNames).map(([measure, symbol]) => ({
        name: `${name}, ${symbol}`,
        values: own.flatMap(({ subject, seed, rate, [measure]: value }) => {
          const others = where(descents, { subject, seed }).filter(
            (other) => (other.rate as number) > (rate as number),
          );
          return others.length > 0 ? [(value as number) / mean(numbers(others, measure))] : [];
        }),
      })),
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
