/** Numbers as people read them. */

const LANGUAGE = 'en';
const plain = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const rate = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 3 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** @param {number} n */
export const count = (n) => plain.format(n);

/** @param {number} fps `29.97`, not `29.97002997` */
export const fps = (fps) => rate.format(Math.round(fps * 1000) / 1000);

/** @param {number} n */
export const oneDecimal = (n) => short.format(n);

/** @param {number} n */
export function bytes(n) {
  let unit = 0;
  while (n >= 1000 && unit < UNITS.length - 1) {
    n /= 1000;
    unit += 1;
  }
  return `${(n >= 100 || unit === 0 ? plain : short).format(n)} ${UNITS[unit]}`;
}

/** @param {number} seconds `8 s`, `1 min 20 s`, `2 h 5 min` */
export function span(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`;
}
