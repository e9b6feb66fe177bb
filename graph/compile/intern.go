package compile

import "slices"

// interned numbers things from 0, each once. It is a hash table with open
// addressing over the list of its keys, which hold no pointers: millions of
// statements are made, and a map of them is most of the time and of the memory.
type interned[K hashed] struct {
	keys  []K
	slots []int32 // number of the key + 1; 0: free
}

type hashed interface {
	comparable
	hash() uint64
}

// number gives the number of a key; fresh tells that it is new.
func (t *interned[K]) number(k K) (id int32, fresh bool) {
	if 4*len(t.keys) >= 3*len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	at := k.hash() & mask
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		if id := t.slots[at] - 1; t.keys[id] == k {
			return id, false
		}
	}
	t.keys = append(t.keys, k)
	t.slots[at] = int32(len(t.keys))
	return int32(len(t.keys) - 1), true
}

// reserve makes room for so many keys.
func (t *interned[K]) reserve(n int) {
	t.keys = slices.Grow(t.keys, n)
	for 3*len(t.slots) < 4*(len(t.keys)+n) {
		t.slots = make([]int32, max(64, 2*len(t.slots)))
	}
	t.fill()
}

func (t *interned[K]) grow() {
	t.slots = make([]int32, max(64, 2*len(t.slots)))
	t.fill()
}

func (t *interned[K]) fill() {
	mask := uint64(len(t.slots) - 1)
	for id := range t.keys {
		at := t.keys[id].hash() & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(id + 1)
	}
}

// mix adds a number to a hash; its high bits come down at the end of each step,
// as the table looks at the low ones.
func mix(h uint64, n int32) uint64 {
	h = (h ^ uint64(uint32(n))) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func (f fact) hash() uint64 {
	return mix(mix(mix(mix(mix(mix(uint64(f.what), f.a), f.b), f.c), f.d), f.place), f.under)
}

func (p place) hash() uint64 {
	h := mix(mix(mix(mix(0, p.machine), p.subnets), p.vlans), p.asker)
	if p.assumed {
		h = mix(h, 1)
	}
	return h
}

func (q ask) hash() uint64      { return mix(mix(mix(1, q.from), q.to), q.wants) }
func (w want) hash() uint64     { return mix(mix(mix(2, w.owner), w.on), w.next) }
func (f face) hash() uint64     { return mix(mix(3, f.subnets), f.vlans) }
func (p standing) hash() uint64 { return place{none, p.subnets, p.vlans, p.asker, p.assumed}.hash() }
func (e end) hash() uint64      { return mix(mix(4, int32(len(e.what))), e.of) }
