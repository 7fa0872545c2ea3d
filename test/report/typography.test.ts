import { describe, expect, test } from "vitest";
import { typeset } from "../../src/report/typography.ts";

/** With what holds a line together made visible. */
const shown = (text: string) => typeset(text).replaceAll("\u00a0", "_").replaceAll("\u2060", "|");

describe("text as it is set", () => {
  test.each([
    ["by -0.179 over its range", "by −0.179 over its range"],
    ["[-0.1, -.5]", "[−0.1, −.5]"],
    ["± 1.781e-10", "± 1.781_×_10⁻¹⁰"],
    ["-2e+12 of it", "−2_×_10¹² of it"],
  ])("%s has a true minus and a raised exponent", (text, set) => {
    expect(shown(text)).toBe(set);
  });

  test.each(["fashion-mnist-5", "2310-00692", "a12e4", "1e5f", "k-2", "p1.2e3.4", "x=-y"])(
    "%s stays: a name, not a number",
    (text) => {
      expect(typeset(text)).toBe(text);
    },
  );

  test.each([
    ["few samples, n = 4", "few samples, n_=_4"],
    ["the mean of μ/(1 − 1/n) was", "the mean of μ/(1_−_1/|n) was"],
    ["unstable beyond 2/λ₁ = 3", "unstable beyond 2/|λ₁_=_3"],
    ["15 % of 1", "15_% of 1"],
    ["1 + ∇LᵀG∇L/(2L‖G‖_F²)", "1 + ∇LᵀG∇L/(2L‖G‖_F²)"],
    ["a and b - c", "a and b - c"],
  ])("%s breaks only where it is long", (text, set) => {
    expect(shown(text)).toBe(set);
  });
});
