/** uPlot, in the page's colors and as wide as its place. It is loaded when there is something to draw. */
import { clockTime } from '../format.ts';
import type { Series } from './throughput.ts';

export interface Plot {
  show(series: Series): void;
}

const HEIGHT = 140;

/** Ticks may be closer than a second: the same time is not told twice. */
const unlessBefore = (time: string, at: number, all: readonly string[]) => (time === all[at - 1] ? '' : time);

/** `shown` says a value in words. The plot goes when `signal` aborts. */
export async function plotIn(place: HTMLElement, shown: (rate: number) => string, signal: AbortSignal): Promise<Plot> {
  const { default: UPlot } = await import('uplot');
  if (signal.aborted) return { show() {} };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let data: [number[], (number | null)[]] = [[], []];
  let plot = draw();

  function draw() {
    const style = getComputedStyle(place);
    // A canvas takes colors and not variables.
    const color = (name: string) => {
      place.style.color = `var(${name})`;
      const found = getComputedStyle(place).color;
      place.style.color = '';
      return found;
    };
    const axis = { stroke: color('--soft'), font: `13px ${style.fontFamily}`, ticks: { show: false } };
    const line = color('--kelp');
    return new UPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        padding: [8, 36, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, __, most) => [0, most || 1] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 28,
            space: 96,
            values: (_, ticks) => ticks.map((tick) => clockTime(tick * 1000)).map(unlessBefore),
          },
          {
            ...axis,
            size: 76,
            grid: { stroke: color('--line'), width: 1 },
            values: (_, ticks) => ticks.map((tick) => shown(tick)),
            space: 36,
          },
        ],
        series: [
          {},
          {
            stroke: line,
            width: 1.5,
            fill: line.replace('rgb(', 'rgba(').replace(')', ', 0.12)'),
            points: { show: false },
          },
        ],
      },
      data,
      place,
    );
  }

  const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  resized.observe(place);
  const again = () => {
    plot.destroy();
    plot = draw();
  };
  dark.addEventListener('change', again, { signal });
  signal.addEventListener('abort', () => {
    resized.disconnect();
    plot.destroy();
  });
  return {
    show({ times, rates }) {
      data = [times, rates];
      plot.setData(data);
    },
  };
}
