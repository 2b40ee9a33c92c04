"""The shaders that PixiJS compiles. Px and texels have their centres at halves, y points down, colours are premultiplied."""

from gran_worker.gaussian import MAX_PAIRS

MAX_RECOLOURS = 8

VERTEX = """#version 300 es
in vec2 aCorner;
uniform vec4 uBox;     // what is drawn of the target: left, top, right, bottom, px
uniform vec2 uTarget;  // its size
out vec2 vPlace;
void main() {
  vPlace = mix(uBox.xy, uBox.zw, aCorner);
  gl_Position = vec4(2.0 * vPlace / uTarget - 1.0, 0.0, 1.0);
}
"""

PAINT = f"""#version 300 es
precision highp float;
precision highp int;
in vec2 vPlace;
uniform sampler2D uPicture;
uniform vec2 uPictureSize;
uniform vec3 uTexelX;      // place -> texel
uniform vec3 uTexelY;
uniform vec4 uTexels;      // no sample leaves them: left, top, right, bottom
uniform vec3 uShapeX;      // place -> the shape's own px
uniform vec3 uShapeY;
uniform vec4 uShape;       // left, top, right, bottom; nothing is drawn outside of it
uniform vec4 uFill;        // used instead of the picture where uKind is 0
uniform int uKind;         // 0 fill, 1 mean of samples, 2 cubic
uniform vec3 uTaps;        // across, down, halvings
uniform vec4 uRows[{3 * MAX_RECOLOURS}];
uniform int uRecolours;
uniform float uOpacity;
uniform float uStraight;   // 1: what is written is not premultiplied
out vec4 drawn;

vec4 between(vec2 texel, float halvings) {{
  float margin = 0.5 * exp2(halvings);
  vec2 middle = 0.5 * (uTexels.xy + uTexels.zw);
  vec2 kept = clamp(texel, min(uTexels.xy + margin, middle), max(uTexels.zw - margin, middle));
  return textureLod(uPicture, kept / uPictureSize, halvings);
}}

vec4 mean(vec2 texel) {{
  vec2 across = vec2(uTexelX.x, uTexelY.x), down = vec2(uTexelX.y, uTexelY.y);
  vec4 sum = vec4(0.0);
  for (float j = 0.5; j < uTaps.y; j += 1.0)
    for (float i = 0.5; i < uTaps.x; i += 1.0)
      sum += between(texel + (i / uTaps.x - 0.5) * across + (j / uTaps.y - 0.5) * down, uTaps.z);
  return sum / (uTaps.x * uTaps.y);
}}

vec4 weights(float t) {{  // Catmull and Rom's cubic
  return 0.5 * vec4(
    ((2.0 - t) * t - 1.0) * t, (3.0 * t - 5.0) * t * t + 2.0, ((4.0 - 3.0 * t) * t + 1.0) * t, (t - 1.0) * t * t);
}}

vec4 cubic(vec2 texel) {{
  vec2 first = floor(texel - 0.5), rest = texel - 0.5 - first;
  vec4 across = weights(rest.x), down = weights(rest.y), sum = vec4(0.0);
  ivec2 low = ivec2(floor(uTexels.xy)), high = ivec2(ceil(uTexels.zw)) - 1;
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) {{
      ivec2 at = clamp(ivec2(first) + ivec2(i - 1, j - 1), low, high);
      sum += across[i] * down[j] * texelFetch(uPicture, at, 0);
    }}
  float alpha = clamp(sum.a, 0.0, 1.0);
  return vec4(clamp(sum.rgb, 0.0, alpha), alpha);
}}

float covered() {{  // share of the px that the shape covers
  vec3 place = vec3(vPlace, 1.0);
  vec2 own = vec2(dot(uShapeX, place), dot(uShapeY, place));
  vec2 perPx = vec2(length(uShapeX.xy), length(uShapeY.xy));
  vec2 near = clamp((own - uShape.xy) / perPx + 0.5, 0.0, 1.0);
  vec2 far = clamp((uShape.zw - own) / perPx + 0.5, 0.0, 1.0);
  vec2 share = max(near + far - 1.0, 0.0);
  return share.x * share.y;
}}

void main() {{
  vec4 colour = uFill;
  if (uKind > 0) {{
    vec3 place = vec3(vPlace, 1.0);
    vec2 texel = vec2(dot(uTexelX, place), dot(uTexelY, place));
    colour = uKind == 1 ? mean(texel) : cubic(texel);
  }}
  if (uRecolours > 0 && colour.a > 0.0) {{
    vec4 own = vec4(colour.rgb / colour.a, 1.0);
    for (int i = 0; i < uRecolours; i++)
      own.rgb = clamp(vec3(dot(uRows[3 * i], own), dot(uRows[3 * i + 1], own), dot(uRows[3 * i + 2], own)), 0.0, 1.0);
    colour.rgb = own.rgb * colour.a;
  }}
  colour *= uOpacity * covered();
  drawn = uStraight > 0.0 && colour.a > 0.0 ? vec4(colour.rgb / colour.a, colour.a) : colour;
}}
"""

BLUR = f"""#version 300 es
precision highp float;
precision highp int;
in vec2 vPlace;
uniform sampler2D uPicture;
uniform vec2 uPictureSize;
uniform vec2 uDirection;
uniform float uCentre;
uniform vec4 uPairs[{MAX_PAIRS}];  // distance, weight
uniform int uCount;
out vec4 drawn;
void main() {{
  vec4 sum = uCentre * textureLod(uPicture, vPlace / uPictureSize, 0.0);
  for (int i = 0; i < uCount; i++) {{
    vec2 away = uDirection * uPairs[i].x;
    sum += uPairs[i].y * (textureLod(uPicture, (vPlace + away) / uPictureSize, 0.0)
                        + textureLod(uPicture, (vPlace - away) / uPictureSize, 0.0));
  }}
  drawn = sum;
}}
"""
