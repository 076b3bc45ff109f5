#!/usr/bin/env bash
# Installs what building and testing weft needs on Debian 12, from Debian's own packages. Safe to run again: it does
# nothing when everything is there.
#
#   deploy/setup.sh                build and unit tests
#   deploy/setup.sh --demo         and what deploy/demo.sh calls
#   deploy/setup.sh --tests        and the peers of the interop tests
#   deploy/setup.sh --fuzz         and the compiler of the fuzzers
#   deploy/setup.sh --references   and the programs that the benchmarks compare with
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
deps=$root/build/deps

build_packages=(
    g++ cmake ninja-build ccache mold ca-certificates
    libboost1.81-dev libboost-program-options1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    librocksdb-dev libssl-dev libspdlog-dev libfmt-dev prometheus-cpp-dev libre2-dev libxxhash-dev libnghttp2-dev
    zlib1g-dev libcurl4-openssl-dev libgtest-dev libgmock-dev)
demo_packages=(python3 curl bind9-dnsutils)
test_packages=("${demo_packages[@]}" clang-format git openssl haproxy dnsmasq-base unbound prometheus strace iproute2 serf)
fuzz_packages=(clang-19 libclang-rt-19-dev)
reference_packages=(knot dnsperf wrk iptables)
# Of these, those that come with a service of the same name.
daemon_packages=(haproxy unbound prometheus knot serf)

packages=("${build_packages[@]}")
references=no
for argument in "$@"; do
    case $argument in
        --demo) packages+=("${demo_packages[@]}") ;;
        --tests) packages+=("${test_packages[@]}") ;;
        --fuzz) packages+=("${fuzz_packages[@]}") ;;
        --references)
            packages+=("${reference_packages[@]}")
            references=yes
            ;;
        *)
            echo "setup.sh: unknown argument '$argument' (known: --demo --tests --fuzz --references)" >&2
            exit 2
            ;;
    esac
done

if ! grep -q '^VERSION_ID="12"' /etc/os-release; then
    echo "setup.sh: warning: made for Debian 12; the packages of other releases have other versions" >&2
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# What must not stay behind, however this ends.
policy=
work=
lists=
clean_up() {
    if [ -n "$policy" ]; then as_root rm -f "$policy"; fi
    rm -rf "$work" "$lists"
}
trap clean_up EXIT

# Installing a daemon's package must not start the daemon, now or at the next boot: this runs on people's machines.
install_quietly() {
    local status=0 package
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null || status=$?
    if [ -n "$policy" ]; then
        as_root rm -f "$policy"
        policy=
    fi
    if [ -d /run/systemd/system ]; then
        for package in "$@"; do
            if [[ " ${daemon_packages[*]} " = *" $package "* ]]; then
                as_root systemctl disable "$package" >/dev/null 2>&1 ||
                    echo "setup.sh: warning: could not disable the service $package, it starts at the next boot" >&2
            fi
        done
    fi
    return $status
}

missing=()
for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
    fi
done
updated=no
update_lists() {
    if [ $updated = no ]; then
        as_root apt-get update >/dev/null
        updated=yes
    fi
}
if [ ${#missing[@]} -gt 0 ]; then
    echo "setup.sh: installing ${missing[*]}"
    update_lists
    install_quietly "${missing[@]}"
fi

# msgpack-c: headers only. Debian's package depends on Boost 1.74, which conflicts with 1.81, so it is unpacked here.
if [ ! -f "$deps/msgpack/include/msgpack.hpp" ]; then
    echo "setup.sh: unpacking the msgpack-c headers"
    work=$(mktemp -d)
    chmod 755 "$work"
    (cd "$work" && { apt-get download libmsgpack-cxx-dev >/dev/null 2>&1 ||
        { update_lists && apt-get download libmsgpack-cxx-dev >/dev/null 2>&1; }; })
    dpkg-deb -x "$work"/libmsgpack-cxx-dev_*.deb "$work/tree"
    mkdir -p "$deps/msgpack"
    cp -r "$work/tree/usr/include" "$deps/msgpack/"
fi

# consul 1.8.7, the reference of the benchmarks, is in Debian 11 only. It is unpacked beside the build, never installed.
if [ $references = yes ] && [ ! -x "$deps/consul/consul" ]; then
    echo "setup.sh: unpacking consul 1.8.7 of Debian 11"
    update_lists
    lists=$(mktemp -d)
    chmod 755 "$lists"
    mkdir -p "$lists"/{lists/partial,parts,cache/archives/partial}
    # The mirror is the one that this machine already uses for Debian 12.
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk '$2 == "bookworm" {print $1; exit}')
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bullseye main" >"$lists/sources.list"
    options=(-o "Dir::Etc::SourceList=$lists/sources.list" -o "Dir::Etc::SourceParts=$lists/parts"
        -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache")
    apt-get "${options[@]}" update >/dev/null
    (cd "$lists" && apt-get "${options[@]}" download consul >/dev/null 2>&1)
    dpkg-deb -x "$lists"/consul_1.8.7*.deb "$lists/tree"
    mkdir -p "$deps/consul"
    cp "$lists/tree/usr/bin/consul" "$deps/consul/consul"
fi
