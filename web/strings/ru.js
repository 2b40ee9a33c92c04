import { en } from './en.js';
export const ru = en;
