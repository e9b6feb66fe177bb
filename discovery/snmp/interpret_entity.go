package snmp

import (
	"math"
	"strconv"

	"gujo/discovery"
)

const entPhysicalEntry = "1.3.6.1.2.1.47.1.1.1.1"

const classChassis = 3 // of entPhysicalClass

var entPhysicalColumns = []int{2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16}

// chassis gives the row of entPhysicalTable that is the machine as a whole: the
// first chassis, else the first row that is in no other. nil: there is none.
func (d *device) chassis() *row {
	var outermost *row
	rows := d.rows(entPhysicalEntry, entPhysicalColumns...)
	for i := range rows {
		r := &rows[i]
		if r.number(5) == classChassis {
			return r
		}
		if outermost == nil && r.get(4).Type != 0 && r.number(4) == 0 && r.name(13)+r.name(11) != "" {
			outermost = r
		}
	}
	return outermost
}

// entities reports what the machine is made of, and the serial numbers of its
// chassis: several for a stack, of which any may identify it.
func (d *device) entities() {
	rows := d.rows(entPhysicalEntry, entPhysicalColumns...)
	interfaces := d.entityInterfaces()
	haveChassis := false
	for _, r := range rows {
		haveChassis = haveChassis || r.number(5) == classChassis
	}
	for _, r := range rows {
		index, ok := entityIndex(r)
		if !ok {
			continue
		}
		e := discovery.PhysicalEntity{
			Index: index, Parent: bounded(r.number(4)), Class: entityClass(r.number(5)), Position: bounded(r.number(6)),
			Name: r.name(7), Description: r.name(2), Serial: r.name(11), Model: r.name(13), Maker: r.name(12),
			Hardware: r.name(8), Firmware: r.name(9), Software: r.name(10), Replaceable: r.number(16) == 1,
			IfIndex: interfaces[index],
		}
		state, from := d.entityState(index)
		e.State = state
		// What class it has is what makes a component of it, so that comes first.
		e.Fact = d.fact(r.get(5), r.get(7), r.get(2), r.get(11), r.get(13), from)
		if len(e.Sources) == 0 {
			e.Fact = d.all(r)
		}
		d.add(e)
		if e.Serial != "" && (r.number(5) == classChassis || !haveChassis && r.get(4).Type != 0 && e.Parent == 0) {
			d.identify(discovery.SerialIdentifier, e.Serial, false, r.get(11))
		}
	}
}

func entityIndex(r row) (int, bool) {
	n, err := strconv.ParseInt(r.index, 10, 32)
	return int(n), err == nil && n > 0
}

func bounded(n int64) int {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

// entityClass names a PhysicalClass; classes that came later are other.
func entityClass(n int64) string {
	name := label(classLabels, n)
	switch {
	case name == "unknown":
		return ""
	case name == "" && n > 0:
		return "other"
	}
	return name
}

// entityState says whether an entity works: by ENTITY-STATE-MIB, or, for what
// can be pulled out, by CISCO-ENTITY-FRU-CONTROL-MIB.
func (d *device) entityState(index int) (string, variable) {
	if v := d.get("1.3.6.1.2.1.131.1.1.1.3." + itoa(index)); v.Type != 0 { // entStateOper
		switch n, _ := v.Int(); n {
		case 2:
			return "down", v
		case 3:
			return "up", v
		}
	}
	if v := d.get("1.3.6.1.4.1.9.9.117.1.1.2.1.2." + itoa(index)); v.Type != 0 { // cefcFRUPowerOperStatus
		switch n, _ := v.Int(); n {
		case 2, 9, 12: // on, on but with a fan failed, on with an inline power supply failed
			return "up", v
		case 1, 3, 4, 5, 6, 7, 8, 10, 11: // off, for one reason or another
			return "down", v
		}
	}
	return "", variable{}
}

// entityInterfaces maps entities to ifIndex, by the rows of
// entAliasMappingTable that point into ifTable.
func (d *device) entityInterfaces() map[int]int {
	m := make(map[int]int)
	for _, r := range d.rows("1.3.6.1.2.1.47.1.3.2.1", 2) {
		index, ok := Under(r.get(2).Value, "1.3.6.1.2.1.2.2.1.1")
		parts := r.parts()
		if !ok || len(parts) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(index, 10, 32); err == nil && ifIndex(n) != 0 && m[int(parts[0])] == 0 {
			m[int(parts[0])] = int(n)
		}
	}
	return m
}
