/** Follows a chat: one snapshot, then its events, again from a snapshot whenever the thread is lost. */
import { Refused } from "/page/api.js";

const WAIT = 25;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4000;

/**
 * Follow until the page goes away.
 * @param {import("/page/api.js").ChatApi} api
 * @param {{loaded: (s: import("/page/api.js").Snapshot) => void, event: (e: any) => void, lost: () => void,
 *   found: () => void, unknown: () => Promise<any>}} to  `unknown` is called when the server does not know the chat
 */
export async function follow(api, to) {
  let pause = FIRST_PAUSE;
  for (;;) {
    try {
      const snapshot = await api.load();
      to.loaded(snapshot);
      pause = FIRST_PAUSE;
      await events(api, snapshot.seq, to);
    } catch (error) {
      to.lost();
      if (error instanceof Refused && error.status === 404) await to.unknown().catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
}

/** Returns when events were missed, for example because the server started anew. */
async function events(api, since, to) {
  let seq = since;
  for (;;) {
    const answer = await api.events(seq, WAIT, AbortSignal.timeout((WAIT + 10) * 1000));
    to.found();
    if (answer.seq < seq || (answer.events.length > 0 && answer.events[0].seq > seq + 1)) return;
    for (const event of answer.events) to.event(event);
    seq = answer.events.at(-1)?.seq ?? answer.seq;
  }
}
