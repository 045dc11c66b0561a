/** Reads a stream as https://html.spec.whatwg.org/#event-stream-interpretation has it. */

/** @typedef {{ id: string | null, event: string, data: string }} Frame `id`: what this frame itself says */

/**
 * @param {string} text
 * @returns {Frame[]} what has come whole
 */
export function framesIn(text) {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  // What follows the last empty line is not whole.
  return blocks.slice(0, -1).flatMap((block) => {
    /** @type {Frame} */
    const frame = { id: null, event: 'message', data: '' };
    let data = 0;
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === 'id') frame.id = value;
      if (field === 'event') frame.event = value;
      if (field === 'data') {
        frame.data += (data > 0 ? '\n' : '') + value;
        data += 1;
      }
    }
    return data > 0 ? [frame] : [];
  });
}
