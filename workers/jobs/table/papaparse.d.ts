// The package has no types of its own, and those of others want Node's.
declare module 'papaparse' {
  export interface ParserConfig {
    delimiter: string;
    newline: string;
    quoteChar: string;
    step?: (found: Parsed) => void;
  }
  export interface Parsed {
    data: string[][];
    errors: { code: string; message: string; row: number }[];
    /** `cursor`: the end of the last row in `data`. */
    meta: { cursor: number };
  }
  class Parser {
    constructor(config: ParserConfig);
    parse(input: string, baseIndex: number, ignoreLastRow: boolean): Parsed;
  }
  const Papa: { Parser: typeof Parser };
  export default Papa;
}
