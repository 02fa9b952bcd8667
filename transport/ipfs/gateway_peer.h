/*
 * gateway_peer: gets blocks from an IPFS trustless gateway (ipfs+http://host, ipfs+https://host): a
 * gateway of Kubo, a public gateway, or `varve serve --http`.
 *
 * A gateway has no refs or commits, and is not trusted: every block's hash is checked. Blocks that
 * the gateway does not have (404, 410), or would have to search elsewhere (412, 504), count as
 * missing.
 */
#ifndef VV_TRANSPORT_IPFS_GATEWAY_PEER_H
#define VV_TRANSPORT_IPFS_GATEWAY_PEER_H

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/protocol/gather.h"

typedef struct vv_ipfs_peer vv_ipfs_peer;

/* Opens a peer for a gateway's URL without connecting. Two threads must not call this function at
 * the same time, since it may load libcurl. A peer is for one thread at a time. Uses only o->repo,
 * whose http.* settings apply, and the time limits in o. VV_EUSAGE: url is not the URL of a
 * gateway. */
vv_status vv_ipfs_peer_open(vv_ipfs_peer **out, const char *url, const vv_connect_options *o,
			    vv_error *err);
void vv_ipfs_peer_close(vv_ipfs_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_ipfs_peer, vv_ipfs_peer_close)

/* Gets the count blocks `wants` from source, a vv_ipfs_peer; a vv_source_fn. Sends several requests
 * at a time, and calls fn in the order of wants. VV_ECORRUPT: the gateway sent bytes that do not
 * match the CID. */
vv_status vv_ipfs_peer_blocks(void *source, const vv_lacking *wants, size_t count,
			      vv_peer_block_fn fn, void *payload, vv_error *err);

#endif
