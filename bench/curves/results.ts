import { type Machine, median } from '../results.ts';
import type { PointMeasurement } from './child.ts';
import { fitPowerLaw, type Point, type PowerLaw } from './fit.ts';
import { growthSvg } from './plot.ts';
import { type Axis, FIGURES, SERIES, type Series } from './series.ts';

export interface CurvesFile {
  readonly machine: Machine;
  readonly node: string;
  /** YYYY-MM-DD. */
  readonly measured: string;
  readonly series: readonly { readonly name: string; readonly points: readonly PointMeasurement[] }[];
}

/** A series with its points and law. */
export interface Curve {
  readonly series: Series;
  readonly points: readonly Point[];
  readonly law: PowerLaw | undefined;
}

export function curvesOf({ series }: CurvesFile): Curve[] {
  return SERIES.flatMap((known) => {
    const found = series.find(({ name }) => name === known.name);
    if (!found) return [];
    const points = found.points.map(({ x, pods, decideSeconds }) => ({ x, y: (median(decideSeconds) / pods) * 1e9 }));
    return [{ series: known, points, law: fitPowerLaw(points, known.fitFrom, known.fitTo) }];
  });
}

/** Pictures by file name. */
export function figuresOf(file: CurvesFile): ReadonlyMap<string, string> {
  const curves = curvesOf(file);
  const linesOf = (axis: Axis) => curves.filter(({ series }) => series.axis === axis);
  return new Map(
    FIGURES.filter(({ axis }) => linesOf(axis).length > 0).map(({ axis, title }) => [
      `growth-${axis}.svg`,
      growthSvg(
        title,
        axis,
        linesOf(axis).map(({ series, points, law }) => ({ title: series.title, points, law })),
      ),
    ]),
  );
}
