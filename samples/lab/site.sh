#!/usr/bin/env bash
# Builds the site of a fictitious public body, Gaon City, out of real daemons in
# Linux network namespaces: every machine has its own network, PID, mount and
# UTS namespace, an SNMP agent (net-snmp), lldpd as its AgentX sub-agent and,
# where it takes part in VRRP, keepalived as another.
#
#   site.sh up DIR          builds it; DIR, new or empty, keeps its configuration
#   site.sh wait DIR        returns when the site has settled, or fails after 90 s
#   site.sh exec DIR CMD…   runs a command on the management station
#   site.sh break DIR …     breaks it:
#       port MACHINE:PORT       shuts a port: the far end of its cable goes dark
#       program MACHINE NAME    ends a program
#       machine MACHINE         ends all its programs and shuts all its ports
#   site.sh down DIR        ends what runs in the site, by its pids, and removes it
#
# Several sites can stand at a time, each with a DIR of its own. What `up` could
# not finish it takes away again.
#
# Needs root, iproute2, procps, snmpd, snmp, lldpd and keepalived.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

# name  role    place in the network: port=peer:port …
nodes="
edge1   bridge
gw1     router
gw2     router
core1   bridge
core2   bridge
acc1    bridge
acc2    bridge
web1    server
web2    server
db1     server
dns1    server
dns2    server
mgmt    station
"

# Cables: machine:port machine:port. db1 hangs on acc2 alone; all other servers
# have a second cable.
cables="
edge1:p1 gw1:eth0
edge1:p2 gw2:eth0
gw1:eth1 core1:p1
gw2:eth1 core2:p1
core1:p2 core2:p2
core1:p3 acc1:p1
core1:p4 acc2:p1
core2:p3 acc1:p2
core2:p4 acc2:p2
web1:eth0 acc1:p3
web1:eth1 acc2:p3
web2:eth0 acc2:p4
web2:eth1 acc1:p4
dns1:eth0 acc1:p5
dns1:eth1 acc2:p5
dns2:eth0 acc2:p6
dns2:eth1 acc1:p6
db1:eth0 acc2:p7
mgmt:eth0 core1:p5
"

# Addresses: machine:port address. Bridges have theirs on the bridge itself.
addresses="
edge1:br0 10.20.10.11/24
gw1:eth0 10.20.10.2/24
gw2:eth0 10.20.10.3/24
gw1:eth1 10.20.0.2/24
gw2:eth1 10.20.0.3/24
core1:br0 10.20.0.11/24
core2:br0 10.20.0.12/24
acc1:br0 10.20.0.13/24
acc2:br0 10.20.0.14/24
web1:eth0 10.20.0.21/24
web1:eth1 10.20.0.121/24
web2:eth0 10.20.0.22/24
web2:eth1 10.20.0.122/24
db1:eth0 10.20.0.31/24
dns1:eth0 10.20.0.53/24
dns1:eth1 10.20.0.153/24
dns2:eth0 10.20.0.54/24
dns2:eth1 10.20.0.154/24
mgmt:eth0 10.20.0.5/24
"

# VRRP: machine instance interface vrid priority address
vrrp="
gw1  outside eth0 20 150 10.20.10.1/24
gw2  outside eth0 20 100 10.20.10.1/24
gw1  inside  eth1 10 150 10.20.0.1/24
gw2  inside  eth1 10 100 10.20.0.1/24
web1 service eth0 80 150 10.20.0.80/24
web2 service eth0 80 100 10.20.0.80/24
"

community=${GUJO_LAB_COMMUNITY:-gaon-lab-ro}

fail() { echo "site.sh: $*" >&2; exit 1; }
rows() { grep -v '^$' <<<"$1"; }
each() { rows "$nodes" | while read -r name role; do "$@" "$name" "$role"; done; }
netns() { echo "$prefix$1"; }

# MAC addresses from the documentation range 00-00-5E-00-53-xx (RFC 9542 §2.1.1):
# as on real machines they are burned in, not locally administered.
mac_counter=0
next_mac() { mac_counter=$((mac_counter + 1)); printf -v mac '00:00:5e:00:53:%02x' "$mac_counter"; }

make_node() {
  local ns=$1 role=$2
  ip netns add "$ns"
  # Only what stands in this list is ever taken down.
  echo "$ns" >>"$dir/namespaces"
  ip -n "$ns" link set lo up
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.conf.all.arp_filter=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  case $role in
  router) ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 ;;
  bridge)
    ip -n "$ns" link add br0 type bridge stp_state 1 forward_delay 200 hello_time 100 max_age 600
    next_mac
    ip -n "$ns" link set br0 address "$mac" up
    ;;
  esac
}

make_cable() {
  local a=${1%%:*} pa=${1##*:} b=${2%%:*} pb=${2##*:}
  ip link add name "$pa" netns "$(netns "$a")" type veth peer name "$pb" netns "$(netns "$b")"
  for end in "$a $pa" "$b $pb"; do
    read -r m p <<<"$end"
    next_mac
    ip -n "$(netns "$m")" link set "$p" address "$mac"
    if [[ $p == p* ]]; then ip -n "$(netns "$m")" link set "$p" master br0; fi
    ip -n "$(netns "$m")" link set "$p" up
  done
}

write_config() {
  local name=$1 d=$2
  mkdir -p "$d"
  # The view leaves out what would tell of the recording machine: devices,
  # storage, installed packages, load parameters, the kernel.
  cat >"$d/snmpd.conf" <<CONF
agentAddress udp:161
master agentx
agentXSocket /run/agentx
agentXPerms 0777 0777
view site included .1.3.6.1.2.1.1
view site included .1.3.6.1.2.1.2
view site included .1.3.6.1.2.1.4
view site included .1.3.6.1.2.1.31
view site included .1.3.6.1.2.1.68
view site included .1.3.6.1.2.1.207
view site included .1.3.6.1.4.1.9586.100.5
view site included .1.0.8802
view site included .1.3.6.1.6.3.10.2.1
view site included .1.3.6.1.2.1.25.4
rocommunity $community default -V site
sysDescr Linux
sysName $name
sysLocation Gaon City, data centre
sysContact noc@gaon.example
exactEngineID 0x80001f8804$(printf 'gaon-%s' "$name" | od -An -tx1 | tr -d ' \n')
CONF
  rows "$vrrp" | awk -v n="$name" '$1==n' >"$d/vrrp"
  if [ -s "$d/vrrp" ]; then
    {
      printf 'global_defs {\n  router_id %s\n  enable_snmp_vrrp\n  enable_snmp_rfcv2\n  snmp_socket unix:/run/agentx\n}\n' "$name"
      while read -r _ instance ifc vrid prio address; do
        printf 'vrrp_instance %s {\n  interface %s\n  virtual_router_id %s\n  priority %s\n  advert_int 1\n  virtual_ipaddress {\n    %s\n  }\n}\n' \
          "$instance" "$ifc" "$vrid" "$prio" "$address"
      done <"$d/vrrp"
    } >"$d/keepalived.conf"
  fi
  cat >"$d/init" <<'INIT'
# First process of a machine: its name, its own /proc, its daemons.
name=$1
hostname "$name"
mount -t proc proc /proc
mount -t tmpfs tmpfs /var/lib/snmp
mkdir -p /run/lldpd
export MIBS=
snmpd -f -Ln -C -c /run/snmpd.conf -p /run/snmpd.pid &
for _ in $(seq 50); do [ -S /run/agentx ] && break; sleep 0.1; done
lldpd -d -x -X /run/agentx -u /run/lldpd.socket -O /run/lldpd.conf -S Linux -P Linux -m '10.20.*' >/dev/null 2>&1 &
if [ -e /run/keepalived.conf ]; then
  keepalived -n -x -f /run/keepalived.conf -p /run/k.pid -r /run/kv.pid -c /run/kc.pid >/dev/null 2>&1 &
fi
wait
INIT
  printf 'configure lldp tx-interval 2\nconfigure system hostname %s\n' "$name" >"$d/lldpd.conf"
}

start_node() {
  local name=$1 role=$2
  [ "$role" = station ] && return
  local d=$dir/$name
  write_config "$name" "$d/run"
  # The machine sees its directory as /run, so that no path of the recording
  # machine stands in what it answers. It goes before other work, or a busy
  # machine delays VRRP until a backup takes over.
  nice -n -10 ip netns exec "$(netns "$name")" unshare --pid --mount --uts --fork --kill-child \
    sh -c 'mount --make-rprivate / && mount --bind "$1" /run && cd / && exec bash /run/init "$2"' sh "$d/run" "$name" \
    >"$d/log" 2>&1 </dev/null 9<&- &
}

# lock keeps a site from being taken down while it is still being built.
lock() { exec 9<"$dir" && flock 9; }

up() {
  [ "$(id -u)" = 0 ] || fail "needs root"
  for tool in ip unshare flock sysctl snmpd snmpbulkwalk lldpd keepalived; do
    command -v "$tool" >/dev/null || fail "$tool is not installed"
  done
  mkdir -p "$dir"
  lock
  [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty"
  trap down EXIT
  echo "$prefix" >"$dir/prefix"
  while read -r name role; do make_node "$(netns "$name")" "$role"; done < <(rows "$nodes")
  while read -r a b; do make_cable "$a" "$b"; done < <(rows "$cables")
  while read -r port address; do
    ip -n "$(netns "${port%%:*}")" addr add "$address" dev "${port##*:}"
  done < <(rows "$addresses")
  # Inside the default gateway is the routers' virtual address.
  while read -r name role; do
    case $name in
    gw*) ;;
    edge1) ip -n "$(netns "$name")" route add default via 10.20.10.1 ;;
    *) ip -n "$(netns "$name")" route add default via 10.20.0.1 ;;
    esac
  done < <(rows "$nodes")
  each start_node
  trap - EXIT
}

# settled: every agent answers, every cable is seen from both ends, and of each
# VRRP group the machine with the highest priority, and no other, is master.
settled() {
  local want=$(($(rows "$cables" | grep -vc '^mgmt') * 2)) seen=0 n
  local walk="ip netns exec $(netns mgmt) snmpbulkwalk -v2c -c $community -On -Oq -t 1 -r 0"
  while read -r name address; do
    n=$($walk "$address" .1.0.8802.1.1.2.1.4.1.1.9 2>/dev/null | grep -c '^\.1\.0\.8802') || return 1
    seen=$((seen + n))
    if rows "$vrrp" | grep -q "^$name "; then
      n=$($walk "$address" .1.3.6.1.4.1.9586.100.5.2.3.1.4 2>/dev/null | grep -c ' 2$') || true
      [ "$n" = "$(rows "$vrrp" | grep -c "^$name .* 150 ")" ] || return 1
    fi
  done < <(rows "$addresses" | sed 's/:[^ ]*//; s|/24||' | awk '$1!="mgmt" && !done[$1]++')
  [ "$seen" -eq "$want" ]
}

wait_settled() {
  for _ in $(seq 45); do
    settled && return
    sleep 2
  done
  fail "the site did not settle within 90 s"
}

# break_site KIND WHAT… breaks what `up` built.
break_site() {
  local kind=$1 ns pid port
  case $kind in
  port) ip -n "$(netns "${2%%:*}")" link set "${2##*:}" down ;;
  program)
    local ended=0
    for pid in $(ip netns pids "$(netns "$2")"); do
      if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$3" ]; then
        kill "$pid" 2>/dev/null || true
        ended=1
      fi
    done
    [ "$ended" = 1 ] || fail "$3 does not run on $2"
    ;;
  machine)
    ns=$(netns "$2")
    end_all "$ns"
    for port in $(ip -n "$ns" -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
      ip -n "$ns" link set "$port" down
    done
    ;;
  *) fail "cannot break a $kind" ;;
  esac
}

# end_all NAMESPACE… ends what runs there and returns when it is gone.
end_all() {
  local ns pids
  for _ in $(seq 100); do
    pids=$(for ns in "$@"; do ip netns pids "$ns" 2>/dev/null || true; done)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # one pid a word
    kill -9 $pids 2>/dev/null || true
    sleep 0.05
  done
  fail "still running: $pids"
}

down() {
  [ -e "$dir/prefix" ] || fail "$dir holds no site"
  local namespaces=() ns
  if [ -e "$dir/namespaces" ]; then mapfile -t namespaces <"$dir/namespaces"; fi
  end_all "${namespaces[@]}"
  for ns in "${namespaces[@]}"; do ip netns del "$ns" 2>/dev/null || true; done
  rm -rf "$dir"
}

[ $# -ge 2 ] || fail "usage: site.sh up|wait|exec|break|down DIR"
command=$1
dir=$(realpath -m "$2")
shift 2
if [ "$command" = up ]; then
  prefix=gaon-$$-
else
  prefix=$(cat "$dir/prefix" 2>/dev/null) || fail "$dir holds no site"
fi
case $command in
up) up ;;
wait) wait_settled ;;
exec) exec ip netns exec "$(netns mgmt)" unshare --uts sh -c 'hostname mgmt && exec "$@"' sh "$@" ;;
break) break_site "$@" ;;
down)
  lock
  down
  ;;
*) fail "unknown command $command" ;;
esac
