import type { Axis, Layer, Panel, Point } from "../../experiments/figure.ts";
import { axisDomain, type Domain, isDrawable } from "./domain.ts";

/**
 * A panel normalised for drawing: every layer broken into the simplest shapes, in data units, every number
 * drawable. Paths and bands keep NaN where a value had no place on the axis, so that they break there
 * instead of bridging the gap.
 */
export interface PanelShapes {
  readonly x: Domain;
  readonly y: Domain;
  readonly shapes: readonly Shape[];
  readonly omitted: Omitted;
}

export type Shape =
  | {
      readonly kind: "markers" | "joint" | "path";
      readonly series: string;
      readonly points: readonly Place[];
    }
  | { readonly kind: "bars" | "band"; readonly series: string; readonly points: readonly Span[] }
  | { readonly kind: "rule"; readonly series: string; readonly axis: "x" | "y"; readonly value: number };

export interface Place {
  readonly x: number;
  readonly y: number;
}

interface Span {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** How many given values are not in the picture, and why. */
export interface Omitted {
  readonly notFinite: number;
  readonly notPositive: number;
  readonly outside: number;
}

const GAP = { x: Number.NaN, y: Number.NaN, low: Number.NaN, high: Number.NaN };

/** Normalises a panel: ranges of its axes, shapes in the order of its layers, and a count of what has no place. */
export function panelShapes(panel: Panel): PanelShapes {
  const x = axisDomain(panel.x, abscissae(panel));
  const y = axisDomain(panel.y, ordinates(panel));
  const omitted = { notFinite: 0, notPositive: 0, outside: 0 };

  /** Whether a value has a place on its axis; notes why where it has none. */
  function hasPlace(axis: Axis, value: number): boolean {
    const reason = axis.scale === "log" && value <= 0 && Number.isFinite(value) ? "notPositive" : "notFinite";
    if (!isDrawable(axis, value)) omitted[reason]++;
    return isDrawable(axis, value);
  }

  function isInside(place: Place): boolean {
    const inside = isWithin(place.x, x) && isWithin(place.y, y);
    if (!inside) omitted.outside++;
    return inside;
  }

  function placed<P extends Place>(points: readonly P[]): (P | typeof GAP)[] {
    return points.map((point) => (hasPlace(panel.x, point.x) && hasPlace(panel.y, point.y) ? point : GAP));
  }

  function spanned(points: readonly Span[]): Span[] {
    return points.map((point) => {
      const span = clampedSpan(point, y);
      // The low end may leave a log axis downwards; the band then ends at the frame.
      return hasPlace(panel.x, point.x) && hasPlace(panel.y, span.high) && hasPlace(panel.y, span.low)
        ? span
        : GAP;
    });
  }

  function shapesOf(layer: Layer): Shape[] {
    const { series } = layer;
    switch (layer.kind) {
      case "points": {
        const places = placed<Point>(layer.points);
        const markers = places.filter((place) => !isGap(place)).filter(isInside);
        const bars = markers.flatMap((point) => interval(point)).map((span) => clampedSpan(span, y));
        return [
          { kind: "bars", series, points: bars },
          ...(layer.joined ? [{ kind: "joint" as const, series, points: places }] : []),
          { kind: "markers", series, points: markers },
        ];
      }
      case "line": {
        const places = placed(layer.points);
        const alone = places.filter((_, index) => isAlone(places, index)).filter(isInside);
        return [
          { kind: "path", series, points: places },
          { kind: "markers", series, points: alone },
        ];
      }
      case "band": {
        const spans = spanned(layer.points);
        const alone = spans.filter((_, index) => isAlone(spans, index));
        return [
          { kind: "band", series, points: spans },
          { kind: "bars", series, points: alone },
        ];
      }
      case "rule": {
        if (!hasPlace(layer.axis === "x" ? panel.x : panel.y, layer.value)) return [];
        const inside = isWithin(layer.value, layer.axis === "x" ? x : y);
        if (!inside) omitted.outside++;
        return inside ? [layer] : [];
      }
    }
  }

  const shapes = panel.layers
    .flatMap(shapesOf)
    .filter((shape) => shape.kind === "rule" || shape.points.length > 0);
  return { x, y, shapes, omitted };
}

function abscissae(panel: Panel): number[] {
  return panel.layers.flatMap((layer) => {
    if (layer.kind === "rule") return layer.axis === "x" ? [layer.value] : [];
    return layer.points.map((point) => point.x);
  });
}

/**
 * The heights that the axis must show; interval ends stretch a log axis by no more than a decade beyond the
 * points.
 */
function ordinates(panel: Panel): number[] {
  const centres: number[] = [];
  const ends: number[] = [];
  for (const layer of panel.layers) {
    if (layer.kind === "rule") centres.push(...(layer.axis === "y" ? [layer.value] : []));
    else if (layer.kind === "band") ends.push(...layer.points.flatMap(({ low, high }) => [low, high]));
    else {
      centres.push(...layer.points.map((point) => point.y));
      ends.push(
        ...(layer.points as readonly Point[])
          .flatMap((point) => interval(point))
          .flatMap(({ low, high }) => [low, high]),
      );
    }
  }
  const drawable = centres.filter((value) => isDrawable(panel.y, value));
  if (panel.y.scale === "linear" || drawable.length === 0) return [...centres, ...ends];
  const low = drawable.reduce((least, value) => Math.min(least, value)) / 10;
  const high = drawable.reduce((most, value) => Math.max(most, value)) * 10;
  const reachable = ends.filter((end) => isDrawable(panel.y, end));
  return [...drawable, ...reachable.map((end) => Math.min(high, Math.max(low, end)))];
}

function interval({ x, y, low = y, high = y }: Point): Span[] {
  return low === high || Number.isNaN(low) || Number.isNaN(high) ? [] : [{ x, low, high }];
}

function clampedSpan({ x, low, high }: Span, [bottom, top]: Domain): Span {
  const clamp = (value: number) => Math.min(top, Math.max(bottom, value));
  return { x, low: clamp(low), high: clamp(high) };
}

function isWithin(value: number, [low, high]: Domain): boolean {
  return value >= low && value <= high;
}

function isGap(place: { readonly x: number }): boolean {
  return Number.isNaN(place.x);
}

/** A point between two gaps has no line to it. */
function isAlone(places: readonly { readonly x: number }[], index: number): boolean {
  const isMissing = (place: { readonly x: number } | undefined) => place === undefined || isGap(place);
  return !isMissing(places[index]) && isMissing(places[index - 1]) && isMissing(places[index + 1]);
}
