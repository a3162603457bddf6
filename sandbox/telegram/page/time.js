/** The sandbox's time, which a person can move on. */
import { call } from "/page/api.js";
import { complain, toast } from "/page/notices.js";

const EASTERN = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "America/New_York" });
let url = "";
let shift = 0;

/** Milliseconds since 1970 in the sandbox. */
export const now = () => Date.now() + shift;

/** Whether time can be moved on here. */
export const moves = () => url !== "";

/** Learn where time is told. @param {string | undefined} address */
export async function follow(address) {
  if (!address) return;
  url = address;
  const told = await call("GET", url).catch(() => null);
  if (told) shift = told.shift * 1000;
}

/** Move on, and say what has come of it. @param {"hour" | "day" | "opening"} to */
export async function travel(to) {
  try {
    const told = await call("POST", url, { to });
    shift = told.shift * 1000;
    const ran = told.fired.length === 0 ? "" : told.fired.length === 1 ? " Your bot looked at the market." : " Your bots looked at the market.";
    toast(`It is ${EASTERN.format(new Date(told.now))} in New York.${ran}`);
  } catch (error) {
    complain(error);
  }
}
