// Package estate makes large dependency graphs that look like those of a real
// organisation, for benchmarks and for whoever wants to see Gujo at full size.
// The same [Shape] gives the same snapshot, byte for byte.
//
// # Estate
//
// [Build] fills sites of four rooms with pairs of racks until there are about as
// many components as asked for; a component has five relations on average, of
// which a quarter carry no failure.
//
//   - Power: each room has two feeds, each behind a UPS, and a group of cooling
//     machines; each rack two PDUs; each host two supplies in a group. One rack in
//     sixteen has both its PDUs on one UPS.
//   - Network: two cores a site, in a ring of circuits, two distribution switches a
//     room, two switches a rack, each link with its two interfaces. Each host has
//     an interface on both switches of its rack; the balancers of a room hang on
//     its distribution switches. Access zones hang on the cores, which are their
//     gateway.
//   - Hosts: sixteen a rack, clusters of eight over two racks, of which six or
//     seven are needed; eight guests a host, with volumes on a mirrored pair of
//     arrays a room.
//   - Services: one for eight guests: a name in one zone of the organisation, an
//     address on the room's balancers, a pool of three web servers of which one or
//     two are needed, three application servers, two databases. Their programs
//     need each other plainly, tier by tier, and half of them the site's identity
//     service, which hangs on the name servers.
//   - Services need services: one in a hundred is a platform, one in ten is shared
//     and needs platforms, the others need shared ones. One in fifty is in a small
//     cycle of such needs. [Shape.Cycle] adds one large cycle.
//
// Everything has a name, attributes and a reference to evidence, as has every
// relation: guests, programs, names and groups one record each, devices one row of a
// table for each type of relation.
//
// # Campus
//
// [BuildCampus] makes a network of as many devices as asked for: sites of two
// cores in a ring, pairs of distribution switches, access switches of which one in
// five has one uplink only, each link with its two interfaces, power and racks.
// Services that are entered at a server of their own, from one of ten zones, make
// one gate each.
package estate
