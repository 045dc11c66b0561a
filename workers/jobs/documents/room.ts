// A file of its own, so that what the job loads does not import the entry of its thread.

/** The job takes so many bunches before it has to say that there is room for more. */
export const AHEAD = 2;
