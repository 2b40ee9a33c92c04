/** Spoils files as disks, downloads and enemies do. The same seed spoils the same way. */

/** Numbers in [0, 1), by mulberry32. */
export function randomness(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const below = (random: Random, end: number): number => Math.floor(random() * end);

/** Where boxes of MP4 (or anything like them) begin: four letters that follow a length. */
function boxes(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let i = 4; i + 4 < bytes.length; i++) {
    const name = bytes.toString('latin1', i, i + 4);
    if (
      /^(ftyp|moov|mvhd|trak|tkhd|edts|elst|mdia|mdhd|hdlr|minf|stbl|stsd|stts|stsc|stsz|stco|ctts|stss|avc1|avcC|mp4a|esds|mdat)$/.test(
        name,
      )
    )
      found.push(i - 4);
  }
  return found;
}

const EXTREMES = [0, 1, 8, 0x7f, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

type Spoil = (bytes: Buffer, random: Random) => Buffer;

const SPOILS: Readonly<Record<string, Spoil>> = {
  truncated: (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  'bits flipped': (bytes, random) => {
    for (let n = [1, 8, 64][below(random, 3)]!; n > 0; n--) bytes[below(random, bytes.length)]! ^= 1 << below(random, 8);
    return bytes;
  },
  'header flipped': (bytes, random) => {
    for (let n = 1 + below(random, 8); n > 0; n--) bytes[below(random, Math.min(bytes.length, 512))] = below(random, 256);
    return bytes;
  },
  'box of another size': (bytes, random) => {
    const at = boxes(bytes);
    if (at.length) bytes.writeUInt32BE(EXTREMES[below(random, EXTREMES.length)]!, at[below(random, at.length)]!);
    return bytes;
  },
  'field of a box': (bytes, random) => {
    const at = boxes(bytes);
    const place = (at.length ? at[below(random, at.length)]! : 0) + 8 + 4 * below(random, 24);
    if (place + 4 <= bytes.length) bytes.writeUInt32BE(EXTREMES[below(random, EXTREMES.length)]!, place);
    return bytes;
  },
  'chunk lost': (bytes, random) => {
    const from = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + below(random, 5000))]);
  },
  'chunk zeroed': (bytes, random) => bytes.fill(0, below(random, bytes.length), below(random, bytes.length)),
  'chunk twice': (bytes, random) => {
    const from = below(random, bytes.length);
    const to = from + below(random, 5000);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'noise inside': (bytes, random) => {
    const from = below(random, bytes.length);
    for (let i = from; i < Math.min(bytes.length, from + 400); i++) bytes[i] = below(random, 256);
    return bytes;
  },
  'something behind it': (bytes, random) => Buffer.concat([bytes, Buffer.from('PK\x03\x04'), Buffer.alloc(below(random, 3000), 0x41)]),
};

export const WAYS = Object.keys(SPOILS);

/** `bytes` spoiled in one to three ways, and which. */
export function spoil(bytes: Buffer, seed: number): { bytes: Buffer; ways: string[] } {
  const random = randomness(seed);
  const ways = Array.from({ length: 1 + below(random, 3) }, () => WAYS[below(random, WAYS.length)]!);
  return { bytes: ways.reduce((spoiled, way) => SPOILS[way]!(Buffer.from(spoiled), random), bytes), ways };
}
