import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlobSource, EncodedPacketSink, Input, MATROSKA } from 'mediabunny';
import { guardReads } from './guard-reads.js';

const RUNNING_MS = 10;

/** A source whose reader takes `RUNNING_MS` for each step, of a clock of its own. */
function slow() {
  let ms = 0;
  return guardReads({ _disposed: false }, () => (ms += 256 * RUNNING_MS));
}

test('a reader that never lets go is stopped', () => {
  const source = slow();
  assert.throws(() => {
    for (let i = 0; i < 50_000; i++) assert(!source._disposed);
  }, /comes to no end/);
});

test('few steps in a turn that others make long are no circle', () => {
  const source = slow();
  for (let i = 0; i < 5000; i++) assert(!source._disposed);
});

test('a reader that lets others have their turn may read for ever', async () => {
  const source = slow();
  for (let i = 0; i < 50_000; i++) {
    assert(!source._disposed);
    if (i % 1000 === 99) await new Promise((resolve) => setTimeout(resolve));
  }
});

test('a source can still be closed', () => {
  const source = slow();
  source._disposed = true;
  assert(source._disposed);
});

test('what the demuxer needs is still there to be guarded', async () => {
  // A segment of unknown length that holds junk to the last byte: eight of them are where mediabunny's search stands still.
  const ebml = [0x1a, 0x45, 0xdf, 0xa3, 0x80];
  const segment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  const file = new Blob([new Uint8Array([...ebml, ...segment, ...new Array(64).fill(0)])]);
  const input = new Input({ source: guardReads(new BlobSource(file)), formats: [MATROSKA] });
  await assert.rejects(async () => {
    for (const track of await input.getTracks()) for await (const packet of new EncodedPacketSink(track).packets()) assert(packet);
    throw new Error('it came to an end by itself');
  }, /comes to no end/);
});
