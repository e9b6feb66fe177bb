// Package brute is the independent judge of the analyses in gujo/graph/compile,
// for tests only. It answers the same questions from the definitions, by naive
// iterated fixpoints and by plain enumeration of subsets in order of size, and
// shares no code with the engine: where the two differ, one of them is wrong.
//
// A snapshot is written out as monotone formulas, one for each component: what
// must hold for it to be up ([model] says what each relation means). Running is
// their greatest fixpoint, cold start their least; reachability and following a
// name to a place are least fixpoints inside. The optimistic and the pessimistic
// reading evaluate the same formulas differently.
//
// It is meant for graphs of up to some 25 components; [Generate] makes random
// ones that hit every part of the meaning often.
//
// # Choices
//
// Where a definition can be read in two ways, judge and engine read it as follows;
// the words that decide are quoted.
//
//   - An application that asks for itself across the network runs. "Running =
//     greatest fixpoint"; only "following names and groups to a place" is a least
//     one, and an application is neither. Virtual servers that hold each other up
//     lead nowhere.
//   - An application needs its cluster once: k hosts from which all is met that it
//     needs across the network. "It belongs to the need, not to the group"; unknown
//     k is the number of members "that count for this need". A guest on a cluster
//     needs nothing across the network, hence just k hosts.
//   - What has only an assumed host, holder or zone stands nowhere optimistically
//     ("places … nothing optimistically"), and pessimistically there alone, if the
//     picture meets that ("the reverse"); beside one that is certain, an assumed one
//     is a further place. Each way to and from an assumed host or zone may be
//     dropped alone ("each asker–member way is judged for itself"), as may its
//     resolvers; an assumed holder or gateway group is one need, dropped whole.
//   - A member that was configured and never seen is "present and sound", and has
//     its way; what is needed from any member ("from it every pool has its k
//     members") is needed from it too. A group without known members is an open
//     end as designed too ("it never counts as solid"), with the same need behind it.
//   - "Below" a service, for what was observed down, is what it hangs on through
//     needs and members, and what would lie on a way if all were up: it "hangs on,
//     through needs, members or what lies on a way". Of that, what carries counts: a
//     device that fails open is no reason. A port that no way leads over is none.
//   - What is found through a loop of names and groups counts neither towards what
//     the picture has of a group nor, assumed, as a need: "a loop leads nowhere",
//     and "the empty set is never a cut". A loop is what finds itself, over any need
//     and any member in service.
//   - A need of power is powered_by, or requires a source of power, or a group of
//     nothing else: "rack, room or site failed otherwise than by power", and a room
//     can say so in no other way. Cooling is none.
//   - The subnets and VLANs of an endpoint or virtual server are those of ways to
//     it ("scope of a path"), before those of the guest, and these before those of
//     its host; what was asked first counts first. Those of a group say nothing, nor
//     does any VRF.
//   - Where the subnet of one end alone is known, and one of the two has a gateway,
//     the ends may be in one subnet ("inside one subnet none is needed") or not ("the
//     way leads through the gateway group of the asker and … back through that of
//     the target, each where it has one"). So the way is there if it is without
//     gateways or if it is over them, the second being an alternative that nobody
//     confirmed; else a router that carries nothing through would make a false cut.
//     Pessimistically it hangs on unobserved/network-of-X too, X being the end of
//     which the subnet is not known. That the gateway fails then leaves it unknown
//     whether the way does; the gateway is no possible cut. VLANs count likewise
//     where they are all that is known, since those "that are known and differ count
//     as subnets that differ", and one in common is one subnet in common. Without a
//     gateway at either end nothing tells that the ends may be apart ("between places
//     whose subnets are known and differ"): the way counts as inside. Within one
//     machine nothing has to be crossed ("two that stand on one machine and not in
//     different subnets reach each other"), but guests of one host may be apart.
//   - Gateways are those of the asker and the target themselves ("the gateway group
//     of the asker"), not of a host that a guest stands on.
//   - A guest with a host has no attachment, for its subnets too ("its own attachment
//     counts only where no host is known").
//   - An interface or module stands where its machine is. Only the place of "a
//     service without used_from, a server, zone or network device" is an open end;
//     to anything else that no link joins the way counts as there. A link that is
//     bundled joins like any other.
//   - Storage or no role of uses is a "need of the server"; at a zone it carries
//     nothing. A zone needs what it shares ("anything"), and is needed itself where
//     a service is entered from it.
//   - A zone of names with a provider is no open end: its chain does not stop
//     "before something that can fail".
//   - A group is weakened only while it has its k by itself, too ("while k still are"),
//     even if what it bundles still carries.
//   - Of a service that is not modelled "nothing is claimed", not even that it is down.
package brute
