/** The race as a picture that can be read on a light page and on a dark one. */
import { fileURLToPath } from 'node:url';
import { linesOf, short, titles } from './race-table.mjs';

const [WIDTH, LABELS, BAR, GAP, HEAD] = [880, 132, 15, 4, 26];
/** Room for the figure behind the longest bar. */
const FIGURES = 330;
/** A bar is as long as the figure has digits: the rivals are up to a thousand times apart. */
const LEAST = 0.04;

/** Where it lies. */
export const image = fileURLToPath(new URL('../../docs/race.svg', import.meta.url));

/**
 * @param {import('./race-table.mjs').Race} race
 * @returns {string} an SVG
 */
export function picture(race) {
  let y = 8;
  const groups = linesOf(race).map((line) => {
    const { text, height } = group(line, y);
    y += height;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>Holdfast beside what people use instead</title>
<style>
  .ground { fill: #fff }
  text { fill: #1f2328 }
  .soft { fill: #59636e }
  .bar { fill: #afb8c1 }
  .ours { fill: #0f766e }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #f0f6fc }
    .soft { fill: #9198a1 }
    .bar { fill: #484f58 }
    .ours { fill: #2dd4bf }
  }
</style>
<rect class="ground" width="100%" height="100%"/>
${groups.join('\n')}
</svg>
`;
}

/**
 * @param {import('./race-table.mjs').Line} line
 * @param {number} top
 */
function group({ what, unit, less, results }, top) {
  const values = Object.values(results).flatMap((result) =>
    'value' in result && result.value > 0 ? [result.value] : [],
  );
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const length = (/** @type {number} */ value) => {
    if (value === 0) return 0;
    const part = high > low ? (Math.log(value) - low) / (high - low) : 1;
    return (WIDTH - LABELS - FIGURES) * (LEAST + (1 - LEAST) * part);
  };
  let y = top + HEAD;
  const bars = Object.entries(results).map(([name, result]) => {
    const at = y;
    y += BAR + GAP;
    const label = `<text x="${LABELS - 8}" y="${at + 12}" text-anchor="end">${xml(titles[name] ?? name)}</text>`;
    if ('cannot' in result)
      return `${label}<text class="soft" x="${LABELS}" y="${at + 12}">cannot: ${xml(result.cannot)}</text>`;
    const width = length(result.value).toFixed(1);
    const figure = `${short(result.value)} ${unit}`;
    return `${label}<rect class="bar${name === 'holdfast' ? ' ours' : ''}" x="${LABELS}" y="${at}" width="${width}" height="${BAR}" rx="2"/><text x="${(LABELS + Number(width) + 6).toFixed(1)}" y="${at + 12}">${xml(figure)}</text>`;
  });
  const title = `<text x="12" y="${top + 17}" font-weight="600">${xml(what)} <tspan class="soft" font-weight="400">${less ? 'less is better' : 'more is better'}, each digit as long</tspan></text>`;
  return { text: [title, ...bars].join('\n'), height: y - top + 8 };
}

const xml = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
