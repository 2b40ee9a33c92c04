#!/usr/bin/env bash
# Pictures of the scenes that e2e/scenes.spec.ts exports: a contact sheet (of each scene what the 2D canvas drew, what PixiJS drew, and what it
# must look like), and one picture of each for docs/scenes.md.
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=$(mktemp -d)
trap 'rm -rf "$pictures"' EXIT
GRAN_SCENES=$pictures build/e2e.sh scenes.spec
rm -rf docs/pictures/scenes
mkdir -p docs/pictures/scenes
ffmpeg -hide_banner -v error -y -framerate 1 -pattern_type glob -i "$pictures/*.ppm" \
  -vf 'scale=200:-1:flags=area,pad=204:116:2:2:color=0x202020,tile=6x9:color=0x202020' -frames:v 1 docs/pictures/scenes.png
for picture in "$pictures"/*-b.ppm; do
  name=$(basename "$picture" -b.ppm)
  ffmpeg -hide_banner -v error -y -i "$picture" -q:v 3 "docs/pictures/scenes/${name#*-}.jpg"
done
echo 'The contact sheet is docs/pictures/scenes.png, the scenes one by one are in docs/pictures/scenes/'
