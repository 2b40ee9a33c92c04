/**
 * Takes decoded sound half a second at a time: to cross into Python for each of some fifty blocks a second costs more than to decode them.
 * @param {AsyncIterator<import('mediabunny').AudioSample>} samples
 * @param {number} seconds at least, unless it ends
 * @returns {Promise<{ended: boolean, times: Float64Array, lengths: Int32Array, rates: Int32Array, channels: Int32Array, data: Float32Array}>} the
 *   blocks' times (s), lengths in samples, rates and channels, and their samples interleaved, one block behind the other
 */
export async function takeSounds(samples, seconds) {
  /** @type {import('mediabunny').AudioSample[]} */
  const taken = [];
  /** @type {Float32Array[]} */
  const blocks = [];
  let ended = false;
  for (let held = 0; held < seconds;) {
    const step = await samples.next();
    if (step.done) {
      ended = true;
      break;
    }
    const sample = step.value;
    try {
      const block = new Float32Array(sample.numberOfFrames * sample.numberOfChannels);
      sample.copyTo(block, { planeIndex: 0, format: 'f32' });
      blocks.push(block);
      taken.push(sample);
      held += sample.numberOfFrames / sample.sampleRate;
    } finally {
      sample.close();
    }
  }
  const data = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    data.set(block, at);
    at += block.length;
  }
  return {
    ended,
    times: Float64Array.from(taken, ({ timestamp }) => timestamp),
    lengths: Int32Array.from(taken, ({ numberOfFrames }) => numberOfFrames),
    rates: Int32Array.from(taken, ({ sampleRate }) => sampleRate),
    channels: Int32Array.from(taken, ({ numberOfChannels }) => numberOfChannels),
    data,
  };
}
