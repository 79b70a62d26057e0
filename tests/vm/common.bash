# What kernels, boot and matrix share: how they complain, and what must be installed.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# The status tells the caller's mistakes (2) from what the script at hand promises for its own.
die() {
    say "$@"
    exit "${failure_status:-2}"
}

# Each argument is PACKAGE:FILE or PACKAGE:PROGRAM; all that are missing are named at once, so
# that one apt-get cures them.
need_packages() {
    local want thing missing=()
    for want in "$@"; do
        thing=${want#*:}
        [[ -e $thing ]] || command -v "$thing" >/dev/null || missing+=("${want%%:*}")
    done
    ((${#missing[@]} == 0)) ||
        die "missing ${missing[*]}: install with 'apt-get install ${missing[*]}'"
}

# Shipped with qemu at first, then as a package of its own. Prints what need_packages wants.
virtiofsd_package() {
    local own=/usr/libexec/virtiofsd bundled=/usr/lib/qemu/virtiofsd
    if [[ -e $own ]]; then
        echo "virtiofsd:$own"
    elif [[ ! -e $bundled ]] && apt-cache show virtiofsd >/dev/null 2>&1; then
        echo "virtiofsd:$own"
    else
        echo "qemu-system-common:$bundled"
    fi
}

# Whether guests can run here; sets virtiofsd to the path of the file server.
check_vm_host() {
    local package
    [[ $(uname -m) == x86_64 ]] ||
        die "this machine is $(uname -m), but the guests run its programs on x86-64 kernels"
    ((EUID == 0)) || die "must be root: the guests see all of this machine's files"
    package=$(virtiofsd_package)
    # shellcheck disable=SC2034  # used by boot
    virtiofsd=${package#*:}
    need_packages qemu-system-x86:qemu-system-x86_64 busybox-static:busybox cpio:cpio \
        xz-utils:xz "$package"
    # The one of the package called busybox needs libraries, which the initramfs lacks.
    ! ldd "$(command -v busybox)" >/dev/null 2>&1 ||
        die "busybox is not static: install with 'apt-get install busybox-static'"
}
