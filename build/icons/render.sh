#!/usr/bin/env bash
# Draws the PNG sizes of icon.svg again; needs rsvg-convert (Debian: librsvg2-bin). The results are kept beside it.
set -euo pipefail
cd "$(dirname "$0")"
for size in 16 32 48 128 256 512; do
  rsvg-convert --width "$size" --height "$size" --output "${size}x${size}.png" icon.svg
done
