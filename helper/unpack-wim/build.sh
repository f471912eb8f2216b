#!/usr/bin/env bash
# Builds unpack-wim, where its sources are newer. Debian's library, linked dynamically: libwim-dev for building, libwim15 to run.
#   build.sh [PROGRAM [OPTION...]]   further options go to the compiler, such as -fsanitize=address,undefined
set -euo pipefail
cd "$(dirname "$0")"
program=${1:-build/unpack-wim}
if [ $# -le 1 ] && [ -x "$program" ] && [ -z "$(find . -maxdepth 1 -newer "$program" \( -name '*.[ch]' -o -name build.sh \))" ]; then exit 0; fi
echo "building unpack-wim" >&2
mkdir -p "$(dirname "$program")"
cc -std=gnu11 -O2 -g -Wall -Wextra -Werror -fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_FILE_OFFSET_BITS=64 -fPIE -pie -Wl,-z,relro,-z,now \
  "${@:2}" -o "$program" ./*.c -lwim -lpthread
