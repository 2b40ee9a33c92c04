import type { Driver, Recorded } from '../harness.ts';

declare global {
  var granRecord: Recorded;
  var granDriver: Driver;
}
