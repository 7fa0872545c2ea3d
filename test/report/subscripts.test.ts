import { expect, test } from "vitest";
import { textRuns } from "../../src/report/subscripts.ts";

const shown = (text: string) =>
  textRuns(text)
    .map((run) => (run.isLowered ? `[${run.text}]` : run.text))
    .join("");

test.each([
  ["λ_max(H)", "λ[max](H)"],
  ["‖G‖_F²", "‖G‖[F]²"],
  ["Σ_{i>k}λ_i²", "Σ[i>k]λ[i]²"],
  ["J_iᵀJ_i", "J[i]ᵀJ[i]"],
  ["D_k(t) of L(θ_t)", "D[k](t) of L(θ[t])"],
])("%s has subscripts: %s", (text, expected) => expect(shown(text)).toBe(expected));

test.each(["second_moment", "n_samples_used", "a_b_c", "_x", "x_", "", "plain text"])("%s has none", (text) =>
  expect(shown(text)).toBe(text),
);
