# Sourced by ./run and ./test: packages, mounts and the build. Quiet when there is nothing to do.

packages_build=(build-essential cmake ninja-build pkg-config clang llvm ccache libbpf-dev libelf-dev libdw-dev
  zlib1g-dev libzstd-dev liblzma-dev libfmt-dev nlohmann-json3-dev libprotozero-dev libre2-dev linux-libc-dev)
packages_test=(libgtest-dev libclang-rt-14-dev clang-format python3 strace runc busybox-static bpftool
  systemtap-sdt-dev podman containerd golang-go dwz xz-utils)
packages_vm=(qemu-system-x86 busybox-static cpio xz-utils zstd)

say() { printf '%s\n' "$*" >&2; }

# Installs the packages of the named lists that are missing.
prepare_machine() {
  local missing=() list package
  for list in "$@"; do
    local -n packages="packages_$list"
    for package in "${packages[@]}"; do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing+=("$package")
    done
  done
  mount_tracefs
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    say "missing packages: ${missing[*]}"
    say "hint: run this as root, or: apt-get install ${missing[*]}"
    exit 1
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null
}

# Classic tracepoints are found through tracefs, which some machines leave unmounted.
mount_tracefs() {
  [ "$(id -u)" = 0 ] && [ ! -e /sys/kernel/tracing/events ] || return 0
  mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null ||
    say "tracefs cannot be mounted here: hooks that need it are left out"
}

# A copied tree brings a build folder that still builds the tree it was made in.
configure() {
  local tree
  tree=$(sed -n 's/^CMAKE_HOME_DIRECTORY:[A-Z]*=//p' "$here/build/CMakeCache.txt" 2>/dev/null || true)
  if [ -n "$tree" ] && ! [ "$tree" -ef "$here" ]; then
    say "build/ belongs to $tree: it is made anew"
    rm -rf "$here/build/CMakeCache.txt" "$here/build/CMakeFiles" "$here/build/build.ninja"
  fi
  [ -f "$here/build/build.ninja" ] ||
    cmake -S "$here" -B "$here/build" -G Ninja -DCMAKE_UNITY_BUILD=ON >"$here/build.log" 2>&1 || fail_build
}

fail_build() {
  tail -50 "$here/build.log" >&2
  say "the build failed; the whole log is $here/build.log"
  exit 1
}

build_plumb() {
  configure
  ninja -C "$here/build" plumb workloads >"$here/build.log" 2>&1 || fail_build
}

build_tests() {
  configure
  say "building"
  ninja -C "$here/build" >"$here/build.log" 2>&1 || fail_build
}
