import type { Audit, Fault } from '../faults.ts';
import type { Driver, Recorded } from '../harness.ts';
import type { PreviewDriver } from '../preview.spec.ts';

interface RecordedWorker extends Worker {
  name: string | undefined;
  breakWith(faults: readonly Fault[]): void;
  audit(): Promise<Audit>;
}

declare global {
  var granRecord: Recorded;
  var granDriver: Driver;
  /** Every worker of the page, in order, ended ones included. */
  var granWorkers: RecordedWorker[];
  var granPreview: PreviewDriver;
}
