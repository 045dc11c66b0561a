/** A list of numbers that grows. As an array it would leave several times its bytes to be collected. */
export function numbers() {
  let list = new Uint32Array(1024);
  let length = 0;
  return {
    add(number: number) {
      if (length === list.length) {
        const longer = new Uint32Array(2 * length);
        longer.set(list);
        list = longer;
      }
      list[length] = number;
      length += 1;
    },
    length: () => length,
    all: () => list.slice(0, length),
  };
}
