package resolve

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gujo/discovery"
	"gujo/discovery/inventory"
	"gujo/graph"
)

// Input is everything that one snapshot is made of.
type Input struct {
	Readings    []discovery.Reading
	Inventories []*inventory.Inventory
	AsOf        time.Time // of the snapshot; zero: that of the newest evidence
}

// Resolve makes the snapshot. Errors are about inventories alone, and name the
// line: what a device says can be odd, but it is never an error.
func Resolve(in Input) (*graph.Snapshot, error) {
	r := &resolver{
		draft:     newDraft(),
		newest:    newest(in.Readings),
		subjects:  gather(in.Readings),
		addresses: map[zoned]string{}, subnets: map[zoned]string{}, vlanIDs: map[zoned]string{},
		places: map[string]string{}, routes: map[*machine][]route{},
	}
	for _, inv := range in.Inventories {
		if inv != nil {
			r.inventories = append(r.inventories, inv)
		}
	}
	slices.SortStableFunc(r.inventories, func(x, y *inventory.Inventory) int { return strings.Compare(inventoryKey(x), inventoryKey(y)) })

	r.noteVirtualAddresses()
	if err := r.identify(); err != nil {
		return nil, err
	}
	r.makePorts()
	r.index = newIndex(r.machines)
	r.hearNeighbours()
	r.makeCables()
	r.findRouters()
	r.findAdjacencies()
	r.name()
	if err := r.findDeclared(); err != nil {
		return nil, err
	}
	r.findRoutes()
	r.name()

	r.drawMachines()
	r.drawNetworks()
	r.drawHardware()
	r.drawCables()
	r.drawRouters()
	r.drawAdjacencies()
	r.drawForwarding()
	r.drawDeclared()
	r.drawGateways()
	r.drawConflicts()
	r.drawCoverage()
	r.noteOrganisations()
	r.decide()
	if err := errors.Join(r.errs...); err != nil {
		return nil, err
	}
	return r.build(r.created(in.AsOf))
}

// newest gives the time of the newest evidence read. Gaps are evidence too.
func newest(readings []discovery.Reading) time.Time {
	var at time.Time
	for _, r := range readings {
		if r.Collected.After(at) {
			at = r.Collected
		}
		for _, o := range r.Observations {
			if o == nil {
				continue
			}
			for _, s := range o.Header().Sources {
				if s.Collected.After(at) {
					at = s.Collected
				}
			}
		}
	}
	return at
}

// resolver carries the work from one step to the next.
type resolver struct {
	*draft
	subjects    []*subject
	newest      time.Time // of what was read
	inventories []*inventory.Inventory
	machines    []*machine // sorted, the read ones first
	index       *index
	left        map[zoned]bool // addresses that the crawl left alone
	arp         map[zoned][]discovery.NeighborAddress
	gateways    map[zoned]*gateway // of subnets; nil: none
	virtual     map[zoned]bool     // addresses that are no machine's own
	addresses   map[zoned]string   // endpoint, group or machine by the address it has
	halves      []*half
	backs       map[*half]*half // the half that the other end tells
	cables      []*cable
	bundles     []*bundle
	routers     []*routerGroup
	adjacencies []*adjacency
	routes      map[*machine][]route
	subnets     map[zoned]string
	vlanIDs     map[zoned]string
	zones       []accessZone
	places      map[string]string      // declared IDs to component IDs
	sayings     map[[2]string]declared // what inventories say, by component and attribute
	errs        []error
}

// zoned is an address or a name within its zone.
type zoned struct{ zone, value string }

// created gives the time of the newest evidence, or the one that was asked for.
func (r *resolver) created(asOf time.Time) time.Time {
	if !asOf.IsZero() {
		return asOf.UTC()
	}
	newest := r.newest
	for _, inv := range r.inventories {
		if inv.Read.After(newest) {
			newest = inv.Read
		}
	}
	return newest.UTC()
}
