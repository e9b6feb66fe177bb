#!/usr/bin/env bash
# Builds the site, records it with gujo collect, and refuses the recording if
# anything in it tells of the machine that it was made on.
#
#   record.sh GUJO OUT.bundle.zip   records; GUJO is the program to record with
#   record.sh check BUNDLE          only looks whether a bundle tells of this machine
#
# Needs root and what site.sh needs (check: neither), and python3.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)

# What identifies this machine, one a line: its names, kernel, processor,
# addresses, the processes that run outside the site, the versions of its
# packages, the paths that were worked in. A line that begins with "=" is looked
# for as a whole word, others anywhere.
deny() {
  hostname | sed 's/^/=/'
  hostname
  cat /etc/machine-id 2>/dev/null || true
  uname -r
  uname -v
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u
  ip -o addr show | awk '$2!="lo" {sub("/.*","",$4); print $4}'
  ip -o link show | awk '{for(i=1;i<NF;i++) if($i=="link/ether") print $(i+1)}'
  ps -eo comm= | sort -u | grep -vxE 'bash|sh|snmpd|lldpd|keepalived|ip|unshare'
  # A version of digits and dots alone looks like part of any object identifier.
  dpkg-query -W -f='${Version}\n' 2>/dev/null | grep '[^0-9.]' | sort -u
  pwd
  echo "$here"
}

# check BUNDLE WORDS looks for the words in every part of a bundle, unpacked, and
# in the file as it is; a value may stand there in hexadecimal, and a MAC address
# without its colons.
check() {
  python3 - "$1" "$2" <<'PY'
import re, sys, zipfile
bundle, deny = sys.argv[1:]
words = [w for w in open(deny, encoding="utf-8", errors="replace").read().splitlines() if w.strip("= ")]
patterns = {}
for w in words:
    if w.startswith("="):
        patterns[w[1:]] = re.compile(rb"(?<![0-9a-z])" + re.escape(w[1:].lower().encode()) + rb"(?![0-9a-z])")
    elif len(w) >= 5:
        b = w.lower().encode()
        forms = [b, b.hex().encode()]
        if re.fullmatch(rb"([0-9a-f]{2}:){5}[0-9a-f]{2}", b):
            forms.append(b.replace(b":", b""))
        patterns[w] = re.compile(b"|".join(map(re.escape, forms)))
with zipfile.ZipFile(bundle) as z:
    parts = {name: z.read(name) for name in z.namelist()}
    parts["the names"] = "\n".join(parts).encode()
bad = 0
for name, data in sorted(parts.items()):
    low = data.lower()
    for w, p in sorted(patterns.items()):
        if p.search(low):
            bad += 1
            if bad <= 20:
                print(f"record.sh: {name} holds {w!r}", file=sys.stderr)
sys.exit(1 if bad else 0)
PY
}

[ $# = 2 ] || { echo "usage: record.sh GUJO OUT | check BUNDLE" >&2; exit 2; }
work=$(mktemp -d)
site=$work/site
cleanup() {
  if [ -e "$site" ]; then "$here/site.sh" down "$site" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
{ deny && echo "$work"; } >"$work/deny"

if [ "$1" = check ]; then
  check "$2" "$work/deny"
  exit
fi

gujo=$(realpath "$1")
out=$(realpath -m "$2")
export GUJO_LAB_COMMUNITY=${GUJO_LAB_COMMUNITY:-gaon-lab-ro}
"$here/site.sh" up "$site"
"$here/site.sh" wait "$site"
"$here/site.sh" exec "$site" "$gujo" collect -i "$here/../gaon/inventory.yaml" -o "$work/new.bundle.zip"
check "$work/new.bundle.zip" "$work/deny"
cp "$work/new.bundle.zip" "$out"
chmod 644 "$out"
