/** A JPEG of three megapixels, of noise and color, as a photo has them. */
export async function photo(): Promise<File> {
  const [width, height] = [2_000, 1_500];
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no canvas');
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 0, x = 1; at < data.length; at += 1) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    data[at] = at % 4 === 3 ? 255 : ((at / 4000) % 200) + (x >>> 27);
  }
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return new File([await context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })], 'photo.jpg');
}
