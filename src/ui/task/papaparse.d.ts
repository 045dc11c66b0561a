// The package has no types of its own, and those of others want Node's.
declare module 'papaparse' {
  const Papa: {
    parse(text: string, config: { preview: number; skipEmptyLines: boolean }): { data: string[][] };
  };
  export default Papa;
}
