/**
 * Puts what an encoder made into a track, with one crossing for all of it.
 * @param {import('mediabunny').EncodedVideoPacketSource} source
 * @param {{chunks: EncodedVideoChunk[], metas: (EncodedVideoChunkMetadata | undefined)[]}} packets
 */
export async function putPackets(source, { chunks, metas }) {
  const { EncodedPacket } = await import('mediabunny');
  for (const [at, chunk] of chunks.entries()) await source.add(EncodedPacket.fromEncodedChunk(chunk), metas[at]);
}
