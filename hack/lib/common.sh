# Shared by the scripts of this folder: source it, do not run it. Sets ROOT, the top of the repository.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034  # for the scripts that source this
BUILD=$ROOT/.build

# How programs are built that are installed or measured. One section for each function lets hack/order take effect.
# shellcheck disable=SC2034
RELEASE=(--configuration release --static-swift-stdlib
  -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections -Xcxx -ffunction-sections)

# What the script is called in its messages.
NAME=hack/$(basename "$0")

note() { echo "$NAME: $*" >&2; }
die() {
  echo "$NAME: $*" >&2
  exit 1
}

# The comment at the head of the script is its help.
usage() { sed -n '2,/^$/{/^$/d;s/^# \{0,1\}//;p}' "$0"; }

# A word of the command line that the script does not know.
refuse() {
  echo "$NAME: unknown argument '$1'; see $NAME --help" >&2
  exit 2
}

# The value of an option that needs one: value "$@" (option first).
value() {
  if [ $# -lt 2 ] || [ -z "$2" ]; then
    echo "$NAME: $1 needs a value; see $NAME --help" >&2
    exit 2
  fi
  echo "$2"
}

# The folder of the Swift tool-chain's programs (clang and wasm-ld are beside swift, also where swift is a proxy).
swift_bin() {
  swiftc -print-target-info | python3 -c '
import json, os, sys
print(os.path.normpath(os.path.join(json.load(sys.stdin)["paths"]["runtimeResourcePath"], "../../bin")))'
}

# Milliseconds since the epoch.
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
