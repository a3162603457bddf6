// A run that cannot go on ends with a Halt: what to call it, and why, in a plain sentence.

/**
 * @typedef {"paused" | "closed" | "idle" | "traded" | "refused" | "failed" | "dry"} Outcome
 */

export class Halt extends Error {
  /**
   * @param {Outcome} outcome
   * @param {string} code a short name for the reason
   * @param {string} reason
   * @param {{pause?: boolean, until?: number}} [then] `pause`: no run trades again before someone resumes;
   *   `until`: no run asks Alpaca anything before this moment, Unix milliseconds
   */
  constructor(outcome, code, reason, { pause = false, until = 0 } = {}) {
    super(reason);
    this.outcome = outcome;
    this.code = code;
    this.reason = reason;
    this.pause = pause;
    this.until = until;
  }
}

/**
 * What a failed call to Alpaca means for the run.
 * @param {import("./answers.js").Failure} failure
 * @returns {Halt}
 */
export function haltFor(failure) {
  switch (failure.kind) {
    case "keys":
      return new Halt("failed", "keys", "Alpaca does not accept the keys; they were replaced.", { pause: true });
    case "wait":
      return new Halt("failed", "wait", "Alpaca asks for a pause: too many requests.", { until: failure.until });
    case "unreachable":
      return new Halt("failed", "unreachable", `Alpaca could not be reached: ${failure.why}.`);
    case "refused":
      return new Halt("failed", "refused", `Alpaca refused with status ${failure.status}: "${failure.message}".`);
  }
}
