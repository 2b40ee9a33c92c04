/** Numbers as people read them. */

/** @type {Record<'plain' | 'short' | 'rate', Intl.NumberFormat>} */
let numbers;
let units = { size: ['B'], s: '', min: '', h: '' };

/** @param {string} language */
export function setNumberLanguage(language) {
  const withDigits = (/** @type {number} */ maximumFractionDigits) => new Intl.NumberFormat(language, { maximumFractionDigits });
  numbers = { plain: withDigits(0), short: withDigits(1), rate: withDigits(3) };
  units =
    language === 'ru'
      ? { size: ['Б', 'кБ', 'МБ', 'ГБ', 'ТБ'], s: 'с', min: 'мин', h: 'ч' }
      : { size: ['B', 'kB', 'MB', 'GB', 'TB'], s: 's', min: 'min', h: 'h' };
}
setNumberLanguage('en');

/** @param {number} n */
export const count = (n) => numbers.plain.format(n);

/** @param {number} fps `29.97`, not `29.97002997` */
export const fps = (fps) => numbers.rate.format(Math.round(fps * 1000) / 1000);

/** @param {number} n */
export const oneDecimal = (n) => numbers.short.format(n);

/** @param {number} n */
export function bytes(n) {
  let unit = 0;
  while (n >= 1000 && unit < units.size.length - 1) {
    n /= 1000;
    unit += 1;
  }
  return `${(n >= 100 || unit === 0 ? numbers.plain : numbers.short).format(n)} ${units.size[unit]}`;
}

/** @param {number} seconds `8 s`, `1 min 20 s`, `2 h 5 min` */
export function span(seconds) {
  const { s, min, h } = units;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} ${s}`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest ? `${minutes} ${min} ${rest} ${s}` : `${minutes} ${min}`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} ${h} ${minutes % 60} ${min}` : `${Math.floor(minutes / 60)} ${h}`;
}
