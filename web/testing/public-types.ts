/** The types that embedders get are written by hand; here tsc compares them with the contract. Nothing of this runs. */
import type * as Public from '../export-worker-client.js';
import type * as Contract from '../messages.js';
import type * as Preview from '../preview-client.js';
import type * as PreviewContract from '../preview-messages.js';

/** With every field required at every depth: types that may leave a field out agree with any that do not know it. */
type Whole<T> = T extends Blob | FileSystemFileHandle
  ? T
  : T extends readonly (infer Each)[]
    ? number extends T['length']
      ? Whole<Each>[]
      : T
    : T extends object
      ? { [Name in keyof T]-?: Whole<NonNullable<T[Name]>> }
      : T;
type Said<T> = Omit<Whole<T>, 'type' | 'requestId'>;
type Agreed<One extends Other, Other> = One;

export type Checked = [
  Agreed<Whole<Public.Timeline>, Whole<Contract.Timeline>>,
  Agreed<Whole<Contract.Timeline>, Whole<Public.Timeline>>,
  Agreed<Whole<Public.Settings>, Whole<Contract.Settings>>,
  Agreed<Whole<Contract.Settings>, Whole<Public.Settings>>,
  Agreed<Whole<Public.Caption>, Whole<Contract.Caption>>,
  Agreed<Whole<Contract.Caption>, Whole<Public.Caption>>,
  Agreed<Whole<Public.Progress>, Said<Contract.Progress>>,
  Agreed<Said<Contract.Progress>, Whole<Public.Progress>>,
  Agreed<Whole<Public.Warning>, Said<Contract.Warning>>,
  Agreed<Said<Contract.Warning>, Whole<Public.Warning>>,
  Agreed<Whole<Public.Telemetry>, Said<Contract.Telemetry>>,
  Agreed<Said<Contract.Telemetry>, Whole<Public.Telemetry>>,
  Agreed<Whole<Public.ExportResult>, Said<Contract.Completed>>,
  Agreed<Said<Contract.Completed>, Whole<Public.ExportResult>>,
  Agreed<Whole<Public.SourceInfo>, Said<Contract.SourceInfo>>,
  Agreed<Said<Contract.SourceInfo>, Whole<Public.SourceInfo>>,
  Agreed<Whole<Public.Support>, Said<Contract.Support>>,
  Agreed<Said<Contract.Support>, Whole<Public.Support>>,
  Agreed<Whole<Public.Marker>, Whole<Contract.OtioMarker>>,
  Agreed<Whole<Contract.OtioMarker>, Whole<Public.Marker>>,
  Agreed<Whole<Public.OtioReport>, Whole<Contract.OtioReport>>,
  Agreed<Whole<Contract.OtioReport>, Whole<Public.OtioReport>>,
  Agreed<Whole<Preview.View>, Whole<PreviewContract.View>>,
  Agreed<Whole<PreviewContract.View>, Whole<Preview.View>>,
  Agreed<Preview.State, Omit<PreviewContract.PreviewState, 'type'>>,
  Agreed<Omit<PreviewContract.PreviewState, 'type'>, Preview.State>,
  Agreed<Preview.Readings, Omit<PreviewContract.PreviewReadings, 'type' | 'requestId'>>,
  Agreed<Omit<PreviewContract.PreviewReadings, 'type' | 'requestId'>, Preview.Readings>,
];
