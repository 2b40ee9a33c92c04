/**
 * Pictures laid over each other as planes, without ever being RGB. AssemblyScript, SIMD.
 *
 * Shares are Q15: 32767 is a whole. Rows are worked on 8 samples at a time: every plane, table and scratch row needs 16 bytes of room
 * behind it, and where a width is no multiple of 8 the shares behind its end are 0, which writes what is there already.
 */

/**
 * The means of 2 × 2 samples: a plane half as wide and high, whose sizes are even. `up` quarters are added before rounding down: 0 for luma,
 * for canvases round red, green and blue down, and 2 for chroma, which that does not move.
 */
export function halve(src: usize, dst: usize, width: i32, height: i32, up: i32): void {
  const half = width >> 1;
  const more = i16x8.splat(<i16>up);
  for (let row = 0; row < height >> 1; row++) {
    const above = src + <usize>(row * 2 * width),
      below = above + <usize>width;
    const to = dst + <usize>(row * half);
    let x = 0;
    for (; x + 16 <= half; x += 16) {
      const from = <usize>(x << 1);
      const low = pairs(v128.load(above + from), v128.load(below + from), more);
      const high = pairs(v128.load(above + from, 16), v128.load(below + from, 16), more);
      v128.store(to + <usize>x, i8x16.narrow_i16x8_u(low, high));
    }
    for (; x < half; x++) {
      const from = <usize>(x << 1);
      const sum = <i32>load<u8>(above + from) + load<u8>(above + from, 1) + load<u8>(below + from) + load<u8>(below + from, 1);
      store<u8>(to + <usize>x, <u8>((sum + up) >> 2));
    }
  }
}

function pairs(above: v128, below: v128, more: v128): v128 {
  const sum = i16x8.add(i16x8.extadd_pairwise_i8x16_u(above), i16x8.extadd_pairwise_i8x16_u(below));
  return i16x8.shr_u(i16x8.add(sum, more), 2);
}

/** `n` pairs of Cb and Cr (NV12) into planes of their own. */
export function splitChroma(src: usize, cb: usize, cr: usize, n: i32): void {
  let at = 0;
  for (; at + 16 <= n; at += 16) {
    const from = src + <usize>(at << 1);
    const p = v128.load(from),
      q = v128.load(from, 16);
    v128.store(cb + <usize>at, v128.shuffle<u8>(p, q, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
    v128.store(cr + <usize>at, v128.shuffle<u8>(p, q, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
  }
  for (; at < n; at++) {
    store<u8>(cb + <usize>at, load<u8>(src + <usize>(at << 1)));
    store<u8>(cr + <usize>at, load<u8>(src + <usize>(at << 1), 1));
  }
}

/**
 * Mixes a scaled plane into `dst`: of each sample, `opacity` · share of its column · share of its row.
 *
 * `dst` points at the first sample that is touched. A row of `down` is four u16: two source rows, sixteenths of the way from the first to
 * the second, share. So are `columns` entries of `across`, without the share; these follow behind, one u16 for each, padded to a multiple
 * of 8. `scratch` holds a row of the source as u16 and one of `dst`. Source rows are `srcWidth` samples; `from` to `to` of them are used.
 */
export function blendScaled(
  dst: usize,
  dstWidth: i32,
  src: usize,
  srcWidth: i32,
  from: i32,
  to: i32,
  across: usize,
  columns: i32,
  down: usize,
  rows: i32,
  opacity: i32,
  scratch: usize,
): void {
  const shares = across + <usize>(columns << 3);
  const scaled = scratch + <usize>((srcWidth + 16) << 1);
  for (let row = 0; row < rows; row++) {
    const place = down + <usize>(row << 3);
    const above = src + <usize>(<i32>load<u16>(place) * srcWidth),
      below = src + <usize>(<i32>load<u16>(place, 2) * srcWidth);
    const part = <i16>load<u16>(place, 4);
    const weightAbove = i16x8.splat(16 - part),
      weightBelow = i16x8.splat(part);
    for (let x = from; x < to; x += 8) {
      const a = i16x8.mul(v128.load8x8_u(above + <usize>x), weightAbove);
      const b = i16x8.mul(v128.load8x8_u(below + <usize>x), weightBelow);
      v128.store(scratch + <usize>(x << 1), i16x8.add(a, b));
    }
    for (let x = 0; x < columns; x++) {
      const column = across + <usize>(x << 3);
      store<u8>(scaled + <usize>x, <u8>(between(scratch, load<u16>(column), load<u16>(column, 2), load<u16>(column, 4)) >> 8));
    }
    mixRow(dst + <usize>(row * dstWidth), scaled, shares, columns, <i16>((opacity * <i32>load<u16>(place, 6) + 16384) >> 15));
  }
}

/**
 * As `blendScaled` for chroma, each sample of which is the mean of what 2 × 2 px have: a row of `down` is two entries for the px above and
 * below, so is an entry of `across` for those on the left and on the right.
 */
export function blendChroma(
  dst: usize,
  dstWidth: i32,
  src: usize,
  srcWidth: i32,
  from: i32,
  to: i32,
  across: usize,
  columns: i32,
  down: usize,
  rows: i32,
  opacity: i32,
  scratch: usize,
): void {
  const shares = across + <usize>(columns << 4);
  const scaled = scratch + <usize>((srcWidth + 16) << 1);
  for (let row = 0; row < rows; row++) {
    const place = down + <usize>(row << 4);
    const a = src + <usize>(<i32>load<u16>(place) * srcWidth),
      b = src + <usize>(<i32>load<u16>(place, 2) * srcWidth),
      c = src + <usize>(<i32>load<u16>(place, 8) * srcWidth),
      d = src + <usize>(<i32>load<u16>(place, 10) * srcWidth);
    const upper = <i16>load<u16>(place, 4),
      lower = <i16>load<u16>(place, 12);
    const weightA = i16x8.splat(16 - upper),
      weightB = i16x8.splat(upper),
      weightC = i16x8.splat(16 - lower),
      weightD = i16x8.splat(lower);
    for (let x = from; x < to; x += 8) {
      const first = i16x8.add(i16x8.mul(v128.load8x8_u(a + <usize>x), weightA), i16x8.mul(v128.load8x8_u(b + <usize>x), weightB));
      const second = i16x8.add(i16x8.mul(v128.load8x8_u(c + <usize>x), weightC), i16x8.mul(v128.load8x8_u(d + <usize>x), weightD));
      v128.store(scratch + <usize>(x << 1), i16x8.add(first, second));
    }
    for (let x = 0; x < columns; x++) {
      const column = across + <usize>(x << 4);
      const sum =
        between(scratch, load<u16>(column), load<u16>(column, 2), load<u16>(column, 4)) +
        between(scratch, load<u16>(column, 8), load<u16>(column, 10), load<u16>(column, 12));
      store<u8>(scaled + <usize>x, <u8>((sum + 512) >> 10));
    }
    mixRow(dst + <usize>(row * dstWidth), scaled, shares, columns, <i16>((opacity * <i32>load<u16>(place, 6) + 16384) >> 15));
  }
}

/** Sixteen times the u16 that lies `part` sixteenths of the way from entry `left` to `right` of `row`. */
function between(row: usize, left: u16, right: u16, part: u16): i32 {
  const from = <i32>load<u16>(row + ((<usize>left) << 1)),
    to = <i32>load<u16>(row + ((<usize>right) << 1));
  return (from << 4) + (to - from) * <i32>part;
}

/** Mixes `width` samples into `dst`: `share` of each, times that of its column. */
function mixRow(dst: usize, src: usize, shares: usize, width: i32, share: i16): void {
  const all = i16x8.splat(share),
    half = i16x8.splat(32);
  for (let x = 0; x < width; x += 8) {
    const at = dst + <usize>x;
    const below = v128.load8x8_u(at),
      above = v128.load8x8_u(src + <usize>x);
    const weight = i16x8.q15mulr_sat_s(v128.load(shares + <usize>(x << 1)), all);
    const mix = mixed(below, above, weight, half);
    v128.store64_lane(at, i8x16.narrow_i16x8_u(mix, mix), 0);
  }
}

/** As `blendScaled` where nothing is scaled: the first column of the first row is the source sample at `src`. */
export function blendPlain(
  dst: usize,
  dstWidth: i32,
  src: usize,
  srcWidth: i32,
  shares: usize,
  columns: i32,
  down: usize,
  rows: i32,
  opacity: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const share = <i32>load<u16>(down + <usize>(row << 3), 6);
    const from = src + <usize>(row * srcWidth);
    mixRow(dst + <usize>(row * dstWidth), from, shares, columns, <i16>((opacity * share + 16384) >> 15));
  }
}

/** Mixes `n` samples that lie behind each other into `dst`, `opacity` of each: two whole planes. */
export function blendWhole(dst: usize, src: usize, n: i32, opacity: i32): void {
  const weight = i16x8.splat(<i16>opacity),
    half = i16x8.splat(32);
  for (let x = 0; x < n; x += 16) {
    const at = dst + <usize>x;
    const below = v128.load(at),
      above = v128.load(src + <usize>x);
    const low = mixed(i16x8.extend_low_i8x16_u(below), i16x8.extend_low_i8x16_u(above), weight, half);
    const high = mixed(i16x8.extend_high_i8x16_u(below), i16x8.extend_high_i8x16_u(above), weight, half);
    v128.store(at, i8x16.narrow_i16x8_u(low, high));
  }
}

function mixed(below: v128, above: v128, weight: v128, half: v128): v128 {
  const step = i16x8.q15mulr_sat_s(i16x8.shl(i16x8.sub(above, below), 6), weight);
  return i16x8.shr_s(i16x8.add(i16x8.add(i16x8.shl(below, 6), step), half), 6);
}

/**
 * Lays a plane with transparency over `dst`: `src` holds the samples times their alpha, `alpha` that, both `stride` wide, a multiple of 8.
 */
export function layOver(dst: usize, dstWidth: i32, src: usize, alpha: usize, stride: i32, rows: i32, opacity: i32): void {
  const share = i16x8.splat(<i16>opacity),
    half = i16x8.splat(32);
  for (let row = 0; row < rows; row++) {
    const line = <usize>(row * stride);
    for (let x = 0; x < stride; x += 8) {
      const at = dst + <usize>(row * dstWidth + x);
      const a = v128.load8x8_u(alpha + line + <usize>x);
      // Of 255 to Q15: a · 128.5, and 255 exactly a whole.
      const weight = i16x8.q15mulr_sat_s(i16x8.add(i16x8.shl(a, 7), i16x8.shr_u(a, 1)), share);
      const below = i16x8.shl(v128.load8x8_u(at), 6);
      const above = i16x8.q15mulr_sat_s(i16x8.shl(v128.load8x8_u(src + line + <usize>x), 6), share);
      const rest = i16x8.sub(below, i16x8.q15mulr_sat_s(below, weight));
      const mixed = i16x8.shr_s(i16x8.add(i16x8.add(rest, above), half), 6);
      v128.store64_lane(at, i8x16.narrow_i16x8_u(mixed, mixed), 0);
    }
  }
}
