import { t } from './strings.js';

/** @param {string} codec */
export const codecName = (codec) => t.codecs[codec] ?? codec.toUpperCase();
