/*
 * ipfs_place: an IPFS node that this machine may give orders: ipfs+http://127.0.0.1:5001, Kubo's RPC.
 *
 * It keeps raw blocks, pinned and called by their CIDs, and nothing else: other names cannot be found there. What is
 * pinned there for other reasons is listed, too, if by its size it may be ours (vv_place_facts.ours). What is removed is
 * unpinned, and goes with the node's next gc.
 */
#ifndef VV_TRANSPORT_PLACES_IPFS_PLACE_H
#define VV_TRANSPORT_PLACES_IPFS_PLACE_H

#include "transport/line/options.h"
#include "transport/places/place.h"

/* url: with "ipfs+". connect is used while it is opened. VV_EUSAGE: an address that nobody gives orders over;
 * VV_EIO: no node of IPFS answers. */
vv_status vv_ipfs_place_open(vv_place *out, const char *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, vv_error *err);

#endif
