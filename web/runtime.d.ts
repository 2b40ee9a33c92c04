/** What the build found in dist/pyodide/ (vite.config.js). */
declare module 'virtual:runtime' {
  /** Subresource integrity of each file that Python is made of, by name. */
  export const integrity: Record<string, string>;
  /** Pyodide's lock file: the packages that are shipped. */
  export const lock: string;
  /** Name of the project's own wheel. */
  export const wheel: string;
}

/** What the build put into dist/ (vite.config.js), as far as the app needs it without a network. */
declare module 'virtual:site' {
  export const files: readonly { url: string; hash: string; bytes: number }[];
}
