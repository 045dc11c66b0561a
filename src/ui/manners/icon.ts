/** The page's icon with a ring around it that fills. In steps, so that a tab is not drawn anew for nothing. */
const STEP = 5;
const AROUND = 2 * Math.PI * 44;

/** `progress` is 0 to 100; gives the address of a picture. */
export function iconOf(progress: number): string {
  const part = (Math.floor(progress / STEP) * STEP) / 100;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" fill="none" stroke-width="12">' +
    '<circle cx="50" cy="50" r="44" stroke="#8fa39d"/>' +
    `<circle cx="50" cy="50" r="44" stroke="#1f8a80" stroke-dasharray="${(AROUND * part).toFixed(1)} ${AROUND.toFixed(1)}" transform="rotate(-90 50 50)"/>` +
    '<path d="M50 38V74M38 46H62M28 58C30 70 40 76 50 76C60 76 70 70 72 58" stroke="#1f8a80" stroke-width="8"/>' +
    '<circle cx="50" cy="30" r="6" stroke="#1f8a80" stroke-width="6"/></svg>';
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
