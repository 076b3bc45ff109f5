#!/usr/bin/env bash
# Installs what building and testing weft needs on Debian 12, from Debian's own packages. Safe to run again: it does
# nothing when everything is there.
#
#   deploy/setup.sh                build and unit tests
#   deploy/setup.sh --demo         and what deploy/demo.sh calls
#   deploy/setup.sh --tests        and the peers of the interop tests
#   deploy/setup.sh --interop      and the clients of the interop tests: npm's consul, python3-consul, Patroni, Ansible
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
# python3-consul2 excludes python3-consul, which Patroni depends on: it is unpacked instead, see below.
interop_packages=("${demo_packages[@]}" nodejs python3-consul patroni postgresql-15 ansible)
# Some builds of nodejs bring npm with them and refuse Debian's package of it.
if ! command -v npm >/dev/null; then interop_packages+=(npm); fi
# Of these, those that come with a service, and its name.
declare -A services=([haproxy]=haproxy [unbound]=unbound [prometheus]=prometheus [knot]=knot [serf]=serf
    [patroni]=patroni [postgresql-15]=postgresql)

packages=("${build_packages[@]}")
interop=no
consul=no
for argument in "$@"; do
    case $argument in
        --demo) packages+=("${demo_packages[@]}") ;;
        --tests)
            packages+=("${test_packages[@]}")
            consul=yes
            ;;
        --fuzz) packages+=("${fuzz_packages[@]}") ;;
        --interop)
            packages+=("${interop_packages[@]}")
            interop=yes
            ;;
        --references)
            packages+=("${reference_packages[@]}")
            consul=yes
            ;;
        *)
            echo "setup.sh: unknown argument '$argument' (known: --demo --tests --interop --fuzz --references)" >&2
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
            if [ -n "${services[$package]:-}" ]; then
                as_root systemctl disable "${services[$package]}" >/dev/null 2>&1 ||
                    echo "setup.sh: warning: could not disable the service of $package, it starts at the next boot" >&2
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

# unpack PACKAGE PATH TARGET: copies what a package has at PATH into the folder TARGET, without installing it.
unpack() {
    rm -rf "$work"
    work=$(mktemp -d)
    chmod 755 "$work"
    (cd "$work" && { apt-get download "$1" >/dev/null 2>&1 ||
        { update_lists && apt-get download "$1" >/dev/null 2>&1; }; })
    dpkg-deb -x "$work/$1"_*.deb "$work/tree"
    mkdir -p "$3"
    cp -r "$work/tree/$2" "$3/"
}

# msgpack-c: headers only. Debian's package depends on Boost 1.74, which conflicts with 1.81, so it is unpacked here.
if [ ! -f "$deps/msgpack/include/msgpack.hpp" ]; then
    echo "setup.sh: unpacking the msgpack-c headers"
    unpack libmsgpack-cxx-dev usr/include "$deps/msgpack"
fi

if [ $interop = yes ] && [ ! -f "$deps/python3-consul2/consul/__init__.py" ]; then
    echo "setup.sh: unpacking python3-consul2"
    unpack python3-consul2 usr/lib/python3/dist-packages/consul "$deps/python3-consul2"
fi

# npm's consul and what it needs, exactly as the lock file names them. A changed lock file replaces what is there.
locked=$root/tests/interop/clients/package-lock.json
if [ $interop = yes ] && ! cmp -s "$locked" "$deps/npm/package-lock.json"; then
    echo "setup.sh: installing the npm package consul"
    rm -rf "$work" "$deps/npm"
    work=$(mktemp -d)
    cp "$locked" "${locked%/*}/package.json" "$work"
    (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >/dev/null)
    mkdir -p "$deps/npm"
    cp -r "$work/node_modules" "$deps/npm/"
    cp "$locked" "$deps/npm/"
fi

# consul 1.8.7, which the benchmarks and the tests of the command line compare with, is in Debian 11 only. It is unpacked
# beside the build, never installed.
unpack_consul() {
    local mirror options
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
    apt-get "${options[@]}" update >/dev/null &&
        (cd "$lists" && apt-get "${options[@]}" download consul >/dev/null 2>&1) &&
        dpkg-deb -x "$lists"/consul_1.8.7*.deb "$lists/tree" &&
        mkdir -p "$deps/consul" &&
        cp "$lists/tree/usr/bin/consul" "$deps/consul/consul"
}
if [ $consul != no ] && [ ! -x "$deps/consul/consul" ]; then
    echo "setup.sh: unpacking consul 1.8.7 of Debian 11"
    if ! unpack_consul; then
        echo "setup.sh: could not get consul 1.8.7 of Debian 11" >&2
        exit 1
    fi
fi
