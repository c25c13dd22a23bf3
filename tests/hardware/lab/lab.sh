# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder: where the lab's cache lies, what goes into it, and the functions they share. All
# that is fetched or built lies in that one folder; nothing is installed and no package source of the host is touched.

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${WIRESTAMP_VM_LAB:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wirestamp-vm-lab}
# A lab may be named by its folder or by the cache in it.
[ ! -d "$cache/cache/kernel" ] || cache=$cache/cache

# The Debian mirror that the host's own apt uses.
mirror=${WIRESTAMP_LAB_MIRROR:-$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
    2>/dev/null | sed -nE 's/^URIs: *([^ ]+\/debian)\/? *$/\1/p; s/^deb (\[[^]]*\] )?([^ ]+\/debian)\/? .*/\2/p' | head -n 1 || true)}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# QEMU's libraries are the host's, so its suite must match the host's release. Before 8.1 igb stamps nothing.
qemu_suite=bookworm-backports
base_suite=bookworm
# A guest kernel needs nothing of the host: any suite will do. The newest, 7.2 or whatever it has become, has TSCONFIG netlink.
declare -A kernel_suites=([6.1]=bookworm [6.12]=bookworm-backports [newest]=trixie-backports)

say() { printf '[lab] %s\n' "$*" >&2; }
die() {
    printf '[lab] error: %s\n' "$*" >&2
    exit 1
}

# apt_suites NAME LINE...: fills the array `apt` with options that make apt work on a state of its own, called NAME, with these
# sources ("deb SUITE" or "deb-src SUITE"), and fetches their lists.
apt_suites() {
    local line
    apt_dir=$cache/apt/$1
    mkdir -p "$apt_dir"/{lists/partial,cache/archives/partial,parts,debs}
    for line in "${@:2}"; do
        echo "${line% *} [signed-by=$keyring] $mirror ${line#* } main"
    done >"$apt_dir/sources.list"
    apt=(-qq -o Dir::Etc::SourceList="$apt_dir/sources.list" -o Dir::Etc::SourceParts="$apt_dir/parts"
        -o Dir::State::Lists="$apt_dir/lists" -o Dir::Cache="$apt_dir/cache"
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root)
    apt-get "${apt[@]}" update
}

# download PACKAGE[=VERSION|/SUITE]...: into $apt_dir/debs, which is emptied before.
download() {
    rm -f "$apt_dir"/debs/*.deb
    # What the host has installed may be newer than these sources (its security updates) and is of no interest.
    (cd "$apt_dir/debs" && apt-get "${apt[@]}" -o Dir::State::status=/dev/null download "$@")
}

# unpack FOLDER PACKAGE-FILE...
unpack() {
    local file
    mkdir -p "$1"
    for file in "${@:2}"; do dpkg-deb -x "$file" "$1"; done
}

# tool PROGRAM ARGUMENT...: runs one of the guest's small programs on the host.
tool() {
    LD_LIBRARY_PATH=$cache/tools/usr/lib/x86_64-linux-gnu:$cache/tools/lib/x86_64-linux-gnu "$cache/tools/sbin/$1" "${@:2}"
}

# Fills the array `qemu` with the command that starts QEMU: the repaired one, or with WIRESTAMP_LAB_QEMU=stock Debian's own,
# whose e1000e offers stamps that never come.
find_qemu() {
    local root=$cache/qemu
    local data=(-L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -L "$root/usr/lib/ipxe/qemu")
    if [ "${WIRESTAMP_LAB_QEMU:-}" = stock ]; then
        qemu=(env "LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu"
            "QEMU_MODULE_DIR=$root/usr/lib/x86_64-linux-gnu/qemu" "$root/usr/bin/qemu-system-x86_64" "${data[@]}")
        [ -x "$root/usr/bin/qemu-system-x86_64" ]
    else
        qemu=(env "LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu" "$cache/qemu-lab/qemu-system-x86_64" "${data[@]}")
        [ -x "$cache/qemu-lab/qemu-system-x86_64" ] && [ -d "$root/usr/share/qemu" ]
    fi
}

# Why this host cannot make a lab; empty where it can. Running one that is there needs none of this.
why_no_lab() {
    local program
    [ "$(uname -m)" = x86_64 ] || { echo "the lab's QEMU and kernels are for x86-64"; return; }
    for program in apt-get dpkg-deb gcc ninja pkg-config python3 make patch xz; do
        command -v "$program" >/dev/null || { echo "$program is not installed"; return; }
    done
    [ -n "$mirror" ] && [ -e "$keyring" ] || { echo "no Debian mirror is configured"; return; }
    grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release || echo "its QEMU is built for Debian 12 only"
}
