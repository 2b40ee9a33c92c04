#!/usr/bin/env bash
# A contact sheet of the scenes that e2e/scenes.spec.ts exports: of each the exported frame, and what it must look like.
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=$(mktemp -d)
trap 'rm -rf "$pictures"' EXIT
GRAN_SCENES=$pictures build/e2e.sh scenes
mkdir -p docs/pictures
ffmpeg -hide_banner -v error -y -framerate 1 -pattern_type glob -i "$pictures/*.ppm" \
  -vf 'scale=240:-1:flags=area,pad=244:139:2:2:color=0x202020,tile=6x6:color=0x202020' -frames:v 1 docs/pictures/scenes.png
echo 'The contact sheet is docs/pictures/scenes.png'
