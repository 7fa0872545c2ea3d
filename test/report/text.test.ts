import fc from "fast-check";
import { expect, test } from "vitest";
import { textWidth, wrapText } from "../../src/report/figure/text.ts";

test("no line is wider than it may be, and no word that fits is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Zμλ₁0-9]{1,9}$/)), (words) => {
      const lines = wrapText(words.join(" "), 120, 12);
      for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(120);
      expect(lines.join(" ")).toBe(words.join(" "));
    }),
  );
});

test("a word without room ends in an ellipsis", () => {
  const [line] = wrapText("m".repeat(50), 100, 12);
  expect(line).toMatch(/^m+…$/);
  expect(textWidth(line, 12)).toBeLessThanOrEqual(100);
});

test("an equation stays on one line, unless it is wider than that by itself", () => {
  const width = textWidth("trained network; B =", 12);
  expect(wrapText("trained network; B = 4", width, 12)).toEqual(["trained network;", "B = 4"]);
  const narrow = textWidth("λ₁ =", 12);
  expect(wrapText("λ₁ = x", narrow, 12)).toEqual(["λ₁ =", "x"]);
});
