import type { Conclusion, Row } from "../experiment.ts";
import { farChecks } from "./farChecks.ts";
import { pathsFigure, sharpnessFigure } from "./followedFigures.ts";
import { directionsFigure, leavingFigure } from "./leavingFigures.ts";
import { nearChecks } from "./nearChecks.ts";
import { reading } from "./reading.ts";
import type { Sizes } from "./setting.ts";
import { settingText } from "./settingText.ts";

/** Without images there is nothing to decide, and the reading says why. */
export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const measured = rows.filter(({ kind }) => kind !== "left out");
  const some = measured.length > 0;
  return {
    checks: some ? [...nearChecks(measured), ...farChecks(measured)] : [],
    reading: reading(rows),
    setting: settingText(measured, sizes),
    figures: some
      ? [leavingFigure, directionsFigure, pathsFigure, sharpnessFigure].map((draw) => draw(measured))
      : [],
  };
}
