# Sourced: packages of other Debian suites than this machine's, without a trace in its own apt.
#
#   cache         set by who sources this: where lists and packages are kept
#   PLUMB_MIRROR  a Debian mirror, whose security archive is at the same address with "-security"
#                 appended; default: what this machine's own apt sources name
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The address a suite is served from, according to apt itself, which reads every form of source.
mirror_of() {
    local suite=$1 uri release main='' security=''
    while IFS='|' read -r uri release; do
        case $release in
            bullseye-security|bookworm-security|trixie-security) security=$uri ;;
            bullseye|bookworm|trixie|forky|sid|*stable|testing) main=$uri ;;
        esac
    done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 'Created-By: Packages')
    [[ ! ${PLUMB_MIRROR:-} ]] || main=$PLUMB_MIRROR security=''
    main=${main%/}
    [[ $main ]] || { say "no Debian mirror in the apt sources: set PLUMB_MIRROR"; return 1; }
    case $suite in
        *-security) echo "${security:-$main-security}" ;;
        *) echo "$main" ;;
    esac
}

# apt with one suite and with state of its own, so that the machine's lists, cache and choice of
# packages stay untouched. An archived suite's index outlives its date but is still signed.
private_apt() {
    local suite=$1 tool=$2 home=$cache/.apt/$1
    shift 2
    "$tool" -qq -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 \
        -o Dir::Etc::SourceList="$home/sources" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$home" -o Dir::State::Lists="$home/lists" \
        -o Dir::State::Status="$home/status" -o Dir::Cache="$home" "$@"
}

# Once per run and suite: two names may share one, and an index is megabytes.
declare -A updated=()
update_suite() {
    local suite=$1 home=$cache/.apt/$1 mirror
    [[ ! ${updated[$suite]:-} ]] || return 0
    mirror=$(mirror_of "$suite") || return 1
    mkdir -p "$home/lists/partial" "$home/archives/partial"
    : >"$home/status"
    echo "deb [signed-by=$keyring] $mirror $suite main" >"$home/sources"
    private_apt "$suite" apt-get update >&2 || return 1
    updated[$suite]=yes
}
