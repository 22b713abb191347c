# A containerd of our own: Debian's program, or what is in MARTLET_CONTAINERD/bin (hack/get-containerd makes such
# folders), with its own root, state, sockets and PATH, in a new folder, so that the one of the system is not touched.
# Source it after common.sh; root is needed.
#
#   containerd_start PREFIX   start it with PREFIX/bin first in the PATH in which it looks for shims
#   containerd_adopt FOLDER NAMESPACE   take over one that a test started; its pid is in FOLDER/pid
#   containerd_stop           end its containers, its shims and itself, and remove its folder
#   ctr ARG...                its own ctr against it
#
# Sets CONTAINERD (the folder), CONTAINERD_PID and CONTAINERD_NAMESPACE, a namespace of its own, which ctr takes from
# the environment: cgroups are named after it, so it must not be another one's. containerd remembers where it found a
# shim until it ends, so a shim that was replaced at the same place is the one that runs.

CONTAINERD=
CONTAINERD_PID=

export CONTAINERD_NAMESPACE=

if [ -n "${MARTLET_CONTAINERD:-}" ]; then PATH=$MARTLET_CONTAINERD/bin:$PATH; fi

ctr() { command ctr --address "$CONTAINERD/c.sock" "$@"; }

containerd_start() {
  local prefix=$1 end version
  [ "$(id -u)" = 0 ] || die "containerd needs root"
  # Short, because the path of a socket has room for 107 bytes.
  CONTAINERD=$(mktemp -d /tmp/martlet.XXXXXX)
  CONTAINERD_NAMESPACE=${CONTAINERD##*/}
  # Whose it is, should it ever be found without its script.
  echo "$ROOT $$" >"$CONTAINERD/owner"
  case $(containerd --version) in
    *' '1.* | *' 'v1.*) version=2 ;;
    *) version=3 ;;
  esac
  cat >"$CONTAINERD/config.toml" <<TOML
version = $version
root = "$CONTAINERD/root"
state = "$CONTAINERD/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]
[grpc]
  address = "$CONTAINERD/c.sock"
[ttrpc]
  address = "$CONTAINERD/c.sock.ttrpc"
[debug]
  level = "info"
# Else /opt/containerd, whose bin would come first in PATH, and the system's NRI socket.
[plugins."io.containerd.internal.v1.opt"]
  path = "$CONTAINERD/opt"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
TOML
  env -i HOME="${HOME:-/root}" PATH="$prefix/bin:${MARTLET_CONTAINERD:+$MARTLET_CONTAINERD/bin:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    setsid containerd --config "$CONTAINERD/config.toml" </dev/null >"$CONTAINERD/log" 2>&1 &
  CONTAINERD_PID=$!
  end=$((SECONDS + 30))
  while ! ctr version >/dev/null 2>&1; do
    if [ ! -d "/proc/$CONTAINERD_PID" ] || [ $SECONDS -ge $end ]; then
      tail -n 5 "$CONTAINERD/log" >&2
      containerd_stop
      die "the private containerd did not start (its last words are above)"
    fi
    sleep 0.05
  done
}

containerd_adopt() {
  CONTAINERD=$1 CONTAINERD_NAMESPACE=$2
  CONTAINERD_PID=$(cat "$CONTAINERD/pid" 2>/dev/null) || CONTAINERD_PID=none
  # The number may be another process's by now.
  case $(readlink "/proc/$CONTAINERD_PID/exe" 2>/dev/null) in
    */containerd) ;;
    *) CONTAINERD_PID=none ;;
  esac
}

# The processes that have -address and this containerd's socket among their arguments: its shims.
containerd_shims() {
  local line number
  # One look at all of them: a look at each takes half a minute on a machine that is emulated.
  for line in $(grep -lsF "$CONTAINERD/c.sock" /proc/[0-9]*/cmdline || true); do
    if tr '\0' '\n' 2>/dev/null <"$line" |
      awk -v socket="$CONTAINERD/c.sock" 'last == "-address" && $0 == socket { f = 1 } { last = $0 } END { exit !f }'; then
      number=${line%/cmdline}
      echo "${number#/proc/}"
    fi
  done
}

# The processes that were started with this containerd's configuration.
containerd_processes() {
  local line number
  for line in $(grep -lsF "$CONTAINERD/config.toml" /proc/[0-9]*/cmdline || true); do
    case $(tr '\0' ' ' 2>/dev/null <"$line") in
      "containerd --config $CONTAINERD/config.toml ")
        number=${line%/cmdline}
        echo "${number#/proc/}"
        ;;
    esac
  done
}

containerd_stop() {
  local id shim child mount wait process namespace
  [ -n "$CONTAINERD" ] || return 0
  if [ -d "/proc/$CONTAINERD_PID" ]; then
    # Shims outlive containerd, so containers go first.
    # The second namespace is that of pods.
    for namespace in "$CONTAINERD_NAMESPACE" k8s.io; do
      for id in $(ctr --namespace "$namespace" tasks list -q 2>/dev/null); do
        timeout 20 ctr --address "$CONTAINERD/c.sock" --namespace "$namespace" tasks rm -f "$id" >/dev/null 2>&1 || true
      done
      for id in $(ctr --namespace "$namespace" containers list -q 2>/dev/null); do
        timeout 20 ctr --address "$CONTAINERD/c.sock" --namespace "$namespace" containers rm "$id" >/dev/null 2>&1 ||
          true
      done
    done
    kill "$CONTAINERD_PID" 2>/dev/null || true
    for ((wait = 0; wait < 100; wait++)); do
      [ -d "/proc/$CONTAINERD_PID" ] || break
      sleep 0.05
    done
    kill -9 "$CONTAINERD_PID" 2>/dev/null || true
    wait "$CONTAINERD_PID" 2>/dev/null || true
  fi
  # A test may have started another one since, which would go on making files here.
  for process in $(containerd_processes); do kill -9 "$process" 2>/dev/null || true; done
  # What did not end in order. Children first: a container outlives its shim.
  for shim in $(containerd_shims); do
    note "ending a shim that was left over: $shim"
    for child in $(cat /proc/"$shim"/task/*/children 2>/dev/null); do kill -9 "$child" 2>/dev/null || true; done
    kill -9 "$shim" 2>/dev/null || true
  done
  while read -r mount; do umount -l "$mount" || true; done < <(awk -v folder="$CONTAINERD/" \
    'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r)
  # The namespace's cgroups (runc leaves the parent), its state with runc, and its folder.
  if [ -d /run/systemd/system ]; then systemctl stop "$CONTAINERD_NAMESPACE.slice" 2>/dev/null || true; fi
  find /sys/fs/cgroup -depth -type d -path "*/$CONTAINERD_NAMESPACE*" -exec rmdir {} \; 2>/dev/null || true
  rm -rf "/run/containerd/runc/$CONTAINERD_NAMESPACE"
  # What the network plug-ins remember of pods that were not stopped.
  rm -rf "/var/lib/cni/results/$CONTAINERD_NAMESPACE"-*
  # What was just killed may still be making a file.
  for ((wait = 0; wait < 40; wait++)); do
    rm -rf --one-file-system "$CONTAINERD" 2>/dev/null && break
    sleep 0.05
  done
  if [ -e "$CONTAINERD" ]; then note "$CONTAINERD can't be removed"; fi
  CONTAINERD= CONTAINERD_PID= CONTAINERD_NAMESPACE=
}
