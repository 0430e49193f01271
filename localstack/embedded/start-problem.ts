/** A reason not to start, in one sentence for the person at the keyboard. */
export class StartProblem extends Error {}
