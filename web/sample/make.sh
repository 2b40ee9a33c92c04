#!/bin/sh
# Makes the three sample clips out of arithmetic alone: nobody's footage, nobody's music. Needs ffmpeg with libvpx and libopus.
set -eu
cd "$(dirname "$0")"

# chord NOTE1 NOTE2 NOTE3 NOTE4: plucked one after the other, twice a second, each ringing on
chord() {
  echo "aevalsrc=exprs='$(plucks "$@" 1)|$(plucks "$@" 1.003)':d=3.98:s=48000,afade=t=in:d=0.03,afade=t=out:st=3.38:d=0.6"
}

plucks() {
  detune=$5
  for n in 1 2 3 4 5 6; do
    start=$(awk "BEGIN { print ($n - 1) * 0.5 }")
    case $n in 1 | 5) note=$1 ;; 2 | 6) note=$2 ;; 3) note=$3 ;; 4) note=$4 ;; esac
    printf '+0.2*gte(t,%s)*exp(-2.2*(t-%s))*(1-exp(-90*(t-%s)))*(sin(2*PI*%s*%s*t)+0.3*sin(4*PI*%s*t))' \
      "$start" "$start" "$start" "$note" "$detune" "$note"
  done
}

# clip NAME PICTURE SOUND RATE CRF: four seconds, 640 x 360
clip() {
  # Opus begins 6.5 ms early to fill its encoder; later by as much, sound and picture both begin at 0 in the file.
  ffmpeg -hide_banner -loglevel error -y -f lavfi -i "$2" -itsoffset 0.0065 -f lavfi -i "$3" -t 4 -r "$4" -pix_fmt yuv420p \
    -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
    -c:v libvpx-vp9 -b:v 0 -crf "$5" -g 60 -row-mt 1 -cpu-used 2 -c:a libopus -b:a 64k \
    -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$1"
  echo "$1: $(wc -c <"$1") bytes"
}

to_bt709='scale=640:360:flags=bicubic:out_color_matrix=bt709:out_range=tv'

# A sun over water: a disc that rises, a sky that warms, and its light broken by waves.
sun="hypot(X-160,Y-(118-14*T))"
glow="exp(-$sun/46)"
sky="lt(Y,110)"
wave="(0.5+0.5*sin((Y-108)*(Y-108)/40+X/9*sin(T*0.6)+4*T+3*sin(X/23+T)))"
path="exp(-abs(X-160-6*sin(Y/5+3*T))/(8+(Y-110)*0.5))"
clip dawn.webm "nullsrc=s=320x180:r=30,format=gbrp,geq=\
r='clip($sky*(38+T*12+Y*0.9+190*$glow+255*clip(22.5-$sun,0,1))+(1-$sky)*(26+T*6+(180+T*12)*$path*$wave+16*$wave),0,255)':\
g='clip($sky*(34+T*10+Y*0.35+120*$glow+190*clip(22.5-$sun,0,1))+(1-$sky)*(34+T*5+(110+T*10)*$path*$wave+18*$wave),0,255)':\
b='clip($sky*(84+T*8+Y*0.1+52*$glow+60*clip(22.5-$sun,0,1))+(1-$sky)*(66+T*4+52*$path*$wave+26*$wave),0,255)',$to_bt709" \
  "$(chord 220 329.63 440 554.37)" 30 34

# Two rings of waves crossing each other.
a="sin(hypot(X-90-30*sin(T),Y-80)/7-5*T)"
b="sin(hypot(X-240,Y-100-24*cos(T*1.3))/9-4*T)"
clip tide.webm "nullsrc=s=320x180:r=30,format=gbrp,geq=\
r='clip(22+46*($a+$b+2)/4+120*pow(($a+$b+2)/4,6),0,255)':\
g='clip(60+120*($a+$b+2)/4+60*pow(($a+$b+2)/4,6),0,255)':\
b='clip(92+110*($a+$b+2)/4+40*pow(($a+$b+2)/4,6),0,255)',$to_bt709" \
  "$(chord 174.61 261.63 349.23 523.25)" 30 36

# Falling towards the shore of the Mandelbrot set.
clip shore.webm "mandelbrot=s=960x540:r=25:start_x=-0.743643887037158704752191506114774:\
start_y=-0.131825904205311970493132056385139:start_scale=0.6:end_scale=0.02:end_pts=100:maxiter=900:outer=normalized_iteration_count,\
format=gray,gblur=0.8,eq=contrast=1.15:brightness=-0.03,format=yuv444p,pseudocolor=preset=magma,$to_bt709" \
  "$(chord 196 293.66 392 493.88)" 25 40
