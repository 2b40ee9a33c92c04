/** What a worklet's global scope has, as far as speaker-worklet.js needs it: TypeScript's libraries leave it out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
