#!/bin/bash -eu
exec "$SRC/vmnet/fuzz/build.sh"
