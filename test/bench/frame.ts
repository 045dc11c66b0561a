/** Opens a page of its own inside this one, and resolves with its globals. */
export async function frame(src: string): Promise<typeof globalThis> {
  const element = document.createElement('iframe');
  element.src = src;
  document.body.append(element);
  await new Promise((loaded) => element.addEventListener('load', loaded, { once: true }));
  return (element.contentWindow ?? window) as Window & typeof globalThis;
}
