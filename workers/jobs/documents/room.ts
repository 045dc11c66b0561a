// By itself: the thread's entry has what it imports in it, and no other part of its code may import that.

/** The job takes so many bunches before it has to say that there is room for more. */
export const AHEAD = 2;
