/**
 * Packets, many at a time: to cross into Python and back into the event loop for each of some eighty a second of film costs ten times what it
 * takes to read and to mux them.
 */

/** @typedef {import('mediabunny').EncodedPacket} EncodedPacket */
/** @typedef {{decoderConfig?: object}} Meta */

/**
 * The next packets of a source: about as many as were asked for.
 * @param {AsyncIterator<EncodedPacket>} packets
 * @param {number} most
 * @param {number} bytes that are enough too
 */
export async function takePackets(packets, most, bytes) {
  /** @type {EncodedPacket[]} */
  const taken = [];
  let ended = false;
  for (let held = 0; !ended && taken.length < most && held < bytes;) {
    const step = await packets.next();
    if (step.done) ended = true;
    else {
      taken.push(step.value);
      held += step.value.byteLength;
    }
  }
  return {
    ended,
    packets: taken,
    times: Float64Array.from(taken, ({ timestamp }) => timestamp),
    keys: Uint8Array.from(taken, ({ type }) => Number(type === 'key')),
  };
}

/**
 * Puts what a VideoEncoder made into a track.
 * @param {import('mediabunny').EncodedVideoPacketSource} source
 * @param {{chunks: EncodedVideoChunk[], metas: (EncodedVideoChunkMetadata | undefined)[]}} made
 */
export async function putChunks(source, { chunks, metas }) {
  const { EncodedPacket } = await import('mediabunny');
  for (const [at, chunk] of chunks.entries()) await source.add(EncodedPacket.fromEncodedChunk(chunk), metas[at]);
}

/**
 * Puts packets into a track, with times of the track's own.
 * @param {{add(packet: EncodedPacket, meta?: any): Promise<void>}} source
 * @param {EncodedPacket[]} packets
 * @param {(Meta | undefined)[]} metas of the first of them; the others need none
 * @param {Float64Array} times s
 * @param {Float64Array} durations s
 * @param {Uint8Array} [keys] which are key frames; as they say themselves, where it is left out
 * @param {Uint8Array} [pad] bytes that the last of them gets behind its own
 */
export async function putPackets(source, packets, metas, times, durations, keys, pad) {
  for (const [at, packet] of packets.entries()) {
    /** @type {NonNullable<Parameters<EncodedPacket['clone']>[0]>} */
    const changed = { timestamp: times[at] ?? 0, duration: durations[at] ?? 0 };
    if (keys) changed.type = keys[at] ? 'key' : 'delta';
    if (pad && at + 1 === packets.length) changed.data = joined(packet.data, pad);
    await source.add(packet.clone(changed), metas[at]);
  }
}

/** @param {Uint8Array} first @param {Uint8Array} second */
function joined(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** What an encoder of sound makes, until it is put into a track. */
export class SoundPackets {
  /** @type {EncodedPacket[]} */
  #packets = [];
  /** @type {(Meta | undefined)[]} */
  #metas = [];

  /** mediabunny's `onEncodedPacket`. @param {EncodedPacket} packet @param {Meta} [meta] */
  keep = (packet, meta) => {
    this.#packets.push(packet);
    this.#metas.push(meta);
  };

  /** What came since the last call, in order. */
  take() {
    const taken = {
      packets: this.#packets,
      metas: this.#metas,
      durations: Float64Array.from(this.#packets, ({ duration }) => duration),
    };
    [this.#packets, this.#metas] = [[], []];
    return taken;
  }
}
