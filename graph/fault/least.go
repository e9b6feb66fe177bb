package fault

// Least gives the least fixpoint: what comes up when everything is off, the
// nodes in down stay off, and a node comes up once fewer than its threshold of
// inputs are missing. The answer is the wave in which each node comes up, or None.
// A node with step set waits for the next wave after what it needs; the others
// come up in the same.
func (n *Network) Least(down []int32, step []bool) []int32 {
	wave := filled(n.Len())
	missing := make([]int32, n.Len())
	off := make([]bool, n.Len())
	for _, v := range down {
		off[v] = true
	}
	var ready, next []int32
	offer := func(v int32) {
		if off[v] || n.gateOf[v] != None || missing[v] >= n.threshold[v] {
			return
		}
		off[v] = true // offered once
		if step[v] {
			next = append(next, v)
		} else {
			ready = append(ready, v)
		}
	}
	for v := range int32(n.Len()) {
		missing[v] = int32(len(n.Inputs(v)))
		offer(v)
	}
	h := newSearch(n)
	shut := func(v int32) bool { return wave[n.nodeOf[v]] == None }
	for now := int32(0); ; {
		moved := len(ready) > 0
		for len(ready) > 0 {
			v := ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			wave[v] = now
			for _, w := range n.Outputs(v) {
				missing[w]--
				offer(w)
			}
		}
		if moved || now == 0 || len(next) > 0 {
			for i := range n.gates {
				g := &n.gates[i]
				if wave[g.node] != None || off[g.node] {
					continue
				}
				for _, tag := range g.tagsOf() {
					if h.from(g.from, g.to, tag, g.sure, shut) {
						off[g.node] = true
						ready = append(ready, g.node)
						break
					}
				}
			}
			if len(ready) > 0 {
				continue
			}
		}
		if len(next) == 0 {
			return wave
		}
		now++
		ready, next = next, nil
	}
}
