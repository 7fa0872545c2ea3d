import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { joinLines, toHundredths } from "../../src/report/figure/compact.ts";

test("coordinates are rounded, texts are not", () => {
  expect(toHundredths('<g transform="translate(1.23456,-0.00049)"><text x="1e-7">0.00123</text></g>')).toBe(
    '<g transform="translate(1.23,0)"><text x="1e-7">0.00123</text></g>',
  );
  expect(toHundredths('<path d="M-12.345678,1.5L2.3456e-7,4"/>')).toBe('<path d="M-12.35,1.5L0,4"/>');
});

test("lines and ticks of one group become one path, all else stays", () => {
  const { document } = parseHTML(`<svg>
    <g id="lines"><line x1="1" x2="2" y1="3" y2="4"/><line y1="7" y2="8" x1="5" x2="6"/></g>
    <g id="ticks"><path d="M0,0L0,5" transform="translate(10,20)"/><path d="M0,0L0,5" transform="translate(30,20)"/></g>
    <g id="dashed"><line x1="1" x2="2" y1="3" y2="4" stroke="red"/><line x1="1" x2="2" y1="3" y2="4"/></g>
    <g id="dots"><path d="M0,0L3,3Z" transform="translate(10,20)"/><circle r="1"/></g>
    <g id="one"><line x1="1" x2="2" y1="3" y2="4"/></g>
  </svg>`);
  const left = ["dashed", "dots", "one"].map((id) => document.querySelector(`#${id}`)?.innerHTML);
  joinLines(document.querySelector("svg")!);
  const paths = ["lines", "ticks"].map((id) =>
    [...document.querySelector(`#${id}`)!.children].map((child) => child.getAttribute("d")),
  );
  expect(paths).toEqual([["M1,3L2,4M5,7L6,8"], ["M10,20l0,5M30,20l0,5"]]);
  expect(["dashed", "dots", "one"].map((id) => document.querySelector(`#${id}`)?.innerHTML)).toEqual(left);
});
