/**
 * RGBA -> I420 by a matrix in 14-bit fixed point (py/gran_worker/colour.py makes the table). AssemblyScript, SIMD.
 *
 * `src` holds width × height px of 4 bytes; `dst` gets the Y plane, then Cb and Cr at half size. Both sizes are even.
 * `table` holds 12 i32: r, g, b, offset for Y, Cb and Cr. A chroma sample is the mean of its four px.
 */
export function rgbaToI420(src: usize, dst: usize, width: i32, height: i32, table: usize): void {
  const yr = load<i32>(table),
    yg = load<i32>(table, 4),
    yb = load<i32>(table, 8),
    y0 = load<i32>(table, 12);
  const ur = load<i32>(table, 16),
    ug = load<i32>(table, 20),
    ub = load<i32>(table, 24),
    u0 = load<i32>(table, 28);
  const vr = load<i32>(table, 32),
    vg = load<i32>(table, 36),
    vb = load<i32>(table, 40),
    v0 = load<i32>(table, 44);
  const uPlane = dst + <usize>(width * height);
  const vPlane = uPlane + <usize>((width >> 1) * (height >> 1));
  // Two weights in one lane: a dot product of (r, g) and one of (b, alpha · 0) make a weighted sum.
  const yRG = i32x4.splat((yg << 16) | (yr & 0xffff)),
    yB = i32x4.splat(yb & 0xffff),
    yAdd = i32x4.splat(y0);
  const uRG = i32x4.splat((ug << 16) | (ur & 0xffff)),
    uB = i32x4.splat(ub & 0xffff),
    uAdd = i32x4.splat(u0);
  const vRG = i32x4.splat((vg << 16) | (vr & 0xffff)),
    vB = i32x4.splat(vb & 0xffff),
    vAdd = i32x4.splat(v0);
  for (let row = 0; row < height; row += 2) {
    const above = src + <usize>(row * width * 4),
      below = above + <usize>(width * 4);
    const yAbove = dst + <usize>(row * width),
      yBelow = yAbove + <usize>width;
    const chroma = <usize>((row >> 1) * (width >> 1));
    let x = 0;
    for (; x + 8 <= width; x += 8) {
      // (r, g) and (b, a) of eight px of the upper row, then summed with the lower row's.
      let rgP = i16x8.splat(0),
        baP = i16x8.splat(0),
        rgQ = i16x8.splat(0),
        baQ = i16x8.splat(0);
      for (let line = 0; line < 2; line++) {
        const from = (line ? below : above) + <usize>(x << 2);
        const p = v128.load(from),
          q = v128.load(from, 16);
        const p0 = i16x8.extend_low_i8x16_u(p),
          p1 = i16x8.extend_high_i8x16_u(p);
        const q0 = i16x8.extend_low_i8x16_u(q),
          q1 = i16x8.extend_high_i8x16_u(q);
        const rgp = v128.shuffle<i32>(p0, p1, 0, 2, 4, 6),
          bap = v128.shuffle<i32>(p0, p1, 1, 3, 5, 7);
        const rgq = v128.shuffle<i32>(q0, q1, 0, 2, 4, 6),
          baq = v128.shuffle<i32>(q0, q1, 1, 3, 5, 7);
        const yp = i32x4.shr_s(i32x4.add(i32x4.add(i32x4.dot_i16x8_s(rgp, yRG), i32x4.dot_i16x8_s(bap, yB)), yAdd), 14);
        const yq = i32x4.shr_s(i32x4.add(i32x4.add(i32x4.dot_i16x8_s(rgq, yRG), i32x4.dot_i16x8_s(baq, yB)), yAdd), 14);
        const y = i16x8.narrow_i32x4_s(yp, yq);
        v128.store64_lane((line ? yBelow : yAbove) + <usize>x, i8x16.narrow_i16x8_u(y, y), 0);
        rgP = i16x8.add(rgP, rgp);
        baP = i16x8.add(baP, bap);
        rgQ = i16x8.add(rgQ, rgq);
        baQ = i16x8.add(baQ, baq);
      }
      const rg = i16x8.add(v128.shuffle<i32>(rgP, rgQ, 0, 2, 4, 6), v128.shuffle<i32>(rgP, rgQ, 1, 3, 5, 7));
      const ba = i16x8.add(v128.shuffle<i32>(baP, baQ, 0, 2, 4, 6), v128.shuffle<i32>(baP, baQ, 1, 3, 5, 7));
      const u = i32x4.shr_s(i32x4.add(i32x4.add(i32x4.dot_i16x8_s(rg, uRG), i32x4.dot_i16x8_s(ba, uB)), uAdd), 16);
      const v = i32x4.shr_s(i32x4.add(i32x4.add(i32x4.dot_i16x8_s(rg, vRG), i32x4.dot_i16x8_s(ba, vB)), vAdd), 16);
      const uv16 = i16x8.narrow_i32x4_s(u, v);
      const uv = i8x16.narrow_i16x8_u(uv16, uv16);
      v128.store32_lane(uPlane + chroma + <usize>(x >> 1), uv, 0);
      v128.store32_lane(vPlane + chroma + <usize>(x >> 1), uv, 1);
    }
    for (; x < width; x += 2) {
      let red = 0,
        green = 0,
        blue = 0;
      for (let corner = 0; corner < 4; corner++) {
        const column = x + (corner & 1);
        const px = (corner & 2 ? below : above) + <usize>(column << 2);
        const r = <i32>load<u8>(px),
          g = <i32>load<u8>(px, 1),
          b = <i32>load<u8>(px, 2);
        store<u8>((corner & 2 ? yBelow : yAbove) + <usize>column, <u8>((yr * r + yg * g + yb * b + y0) >> 14));
        red += r;
        green += g;
        blue += b;
      }
      store<u8>(uPlane + chroma + <usize>(x >> 1), <u8>clamp8((ur * red + ug * green + ub * blue + u0) >> 16));
      store<u8>(vPlane + chroma + <usize>(x >> 1), <u8>clamp8((vr * red + vg * green + vb * blue + v0) >> 16));
    }
  }
}

function clamp8(value: i32): i32 {
  return min(255, max(0, value));
}

/**
 * I420 from limited to full range: `luma` bytes of Y at `src`, then `chroma` bytes of Cb and Cr, to `dst` in the same layout.
 * Works on 16 bytes at a time: both buffers need 15 bytes of room behind them.
 */
export function expandRange(src: usize, dst: usize, luma: i32, chroma: i32): void {
  // 255/219 = 1 + 0.164384 and 255/224 = 1 + 0.138393; the fractions in 15 bits, of values shifted up for precision.
  const lumaPart = i16x8.splat(5387),
    black = i16x8.splat(16),
    half64 = i16x8.splat(32);
  for (let at = 0; at < luma; at += 16) {
    const bytes = v128.load(src + <usize>at);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(bytes), black),
      high = i16x8.sub(i16x8.extend_high_i8x16_u(bytes), black);
    const moreLow = i16x8.shr_s(i16x8.add(i16x8.q15mulr_sat_s(i16x8.shl(low, 6), lumaPart), half64), 6);
    const moreHigh = i16x8.shr_s(i16x8.add(i16x8.q15mulr_sat_s(i16x8.shl(high, 6), lumaPart), half64), 6);
    v128.store(dst + <usize>at, i8x16.narrow_i16x8_u(i16x8.add(low, moreLow), i16x8.add(high, moreHigh)));
  }
  const chromaPart = i16x8.splat(4535),
    grey = i16x8.splat(128),
    half128 = i16x8.splat(64);
  for (let at = luma; at < luma + chroma; at += 16) {
    const bytes = v128.load(src + <usize>at);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(bytes), grey),
      high = i16x8.sub(i16x8.extend_high_i8x16_u(bytes), grey);
    const moreLow = i16x8.shr_s(i16x8.add(i16x8.q15mulr_sat_s(i16x8.shl(low, 7), chromaPart), half128), 7);
    const moreHigh = i16x8.shr_s(i16x8.add(i16x8.q15mulr_sat_s(i16x8.shl(high, 7), chromaPart), half128), 7);
    const fullLow = i16x8.add(i16x8.add(low, moreLow), grey),
      fullHigh = i16x8.add(i16x8.add(high, moreHigh), grey);
    v128.store(dst + <usize>at, i8x16.narrow_i16x8_u(fullLow, fullHigh));
  }
}

/**
 * Exchanges the blue of `count` px of 4 bytes for a weighted sum of its px, in place. `blue` is the place of blue in a px, 0 or 2; red has the
 * other. `table` holds the weights of red, green and blue, 3 i32 of 14-bit fixed point.
 */
export function mendBlue(px: usize, count: i32, blue: usize, table: usize): void {
  const byRed = load<i32>(table),
    byGreen = load<i32>(table, 4),
    byBlue = load<i32>(table, 8);
  for (const end = px + ((<usize>count) << 2); px < end; px += 4) {
    const sum = byRed * load<u8>(px + 2 - blue) + byGreen * load<u8>(px, 1) + byBlue * load<u8>(px + blue);
    store<u8>(px + blue, <u8>clamp8((sum + 8192) >> 14));
  }
}
