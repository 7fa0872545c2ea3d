import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csv, figureCsv } from "../../explorer/src/figures/csv.ts";
import { readAddress, writeAddress } from "../../explorer/src/state/address.ts";
import { choiceField, numberField, readValues, writeValues } from "../../explorer/src/state/fields.ts";

const fields = {
  n: numberField({ label: "Samples n", initial: 200, min: 10, max: 400, whole: true }),
  rate: numberField({ label: "Rate", initial: 0.1, min: 0.001, max: 2, scale: "log" }),
  data: choiceField({
    label: "Data",
    initial: "gaussian",
    options: { gaussian: "Gaussian", digits: "Digits" },
  }),
};
const read = (hash: string) => readValues(fields, readAddress(hash).parameters);

describe("settings in the address", () => {
  test("come back as they were, whatever they are", () => {
    const values = fc.record({
      n: fc.integer({ min: 10, max: 400 }),
      rate: fc.double({ min: 0.001, max: 2, noNaN: true }),
      data: fc.constantFrom("gaussian" as const, "digits" as const),
    });
    fc.assert(
      fc.property(values, (written) => {
        const address = writeAddress({ view: "alignment", parameters: writeValues(fields, written) });
        expect(readAddress(address).view).toBe("alignment");
        expect(read(address)).toEqual({ values: written, problems: [] });
      }),
    );
  });

  test("at their initial values they leave the address short", () => {
    const { values } = read("#alignment");
    expect(writeAddress({ view: "alignment", parameters: writeValues(fields, values) })).toBe("#alignment");
  });

  test.each([
    ["n=5", "Samples n: expected a whole number from 10 to 400, got 5"],
    ["n=20.5", "Samples n: expected a whole number from 10 to 400, got 20.5"],
    ["n=", "Samples n: expected a whole number from 10 to 400, got nothing"],
    ["rate=NaN", "Rate: expected a number from 0.001 to 2, got NaN"],
    ["data=toString", "Data: expected one of gaussian, digits, got toString"],
    ["constructor=1", "unknown setting constructor (known: n, rate, data)"],
  ])("%s: one line says what is allowed, and the rest is read", (setting, problem) => {
    const { values, problems } = read(`#alignment?${setting}&n=30`.replace(/^(.*n=.*)&n=30$/, "$1"));
    expect(problems).toEqual([problem]);
    expect(values.rate).toBe(0.1);
    expect(values.data).toBe("gaussian");
  });
});

describe("numbers as CSV", () => {
  test("cells with commas and quotes are quoted (RFC 4180)", () => {
    expect(csv([["a,b", 'say "x"', 1 / 3, undefined]])).toBe('"a,b","say ""x""",0.3333333333333333,\r\n');
  });

  test("a figure gives one line a point, intervals and rules included", () => {
    const axis = { label: "x", scale: "linear" } as const;
    const figure = {
      id: "f",
      title: "t",
      caption: "c",
      panels: [
        {
          x: axis,
          y: { ...axis, label: "y" },
          layers: [
            { kind: "points", series: "p", points: [{ x: 1, y: 2, low: 1.5, high: 2.5 }] },
            { kind: "band", series: "b", points: [{ x: 1, low: 0, high: 1 }] },
            { kind: "rule", series: "r", axis: "y", value: 1 },
          ],
        },
      ],
    } as const;
    expect(figureCsv(figure).trim().split("\r\n")).toEqual([
      "panel,series,kind,x,y,low,high",
      "y,p,points,1,2,1.5,2.5",
      "y,b,band,1,,0,1",
      "y,r,rule,,1,,",
    ]);
  });
});
