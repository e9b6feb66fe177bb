package fault

import "slices"

// Reserve makes room for so many more nodes and inputs, which saves copying what is
// there again and again.
func (b *Builder) Reserve(nodes, inputs int) {
	b.threshold = slices.Grow(b.threshold, nodes)
	b.founded = slices.Grow(b.founded, nodes)
	b.inputs = slices.Grow(b.inputs, inputs)
}
