import type { Driver, Recorded } from '../harness.ts';
import type { PreviewDriver } from '../preview.spec.ts';

declare global {
  var granRecord: Recorded;
  var granDriver: Driver;
  var granPreview: PreviewDriver;
}
