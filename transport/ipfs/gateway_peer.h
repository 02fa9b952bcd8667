/*
 * gateway_peer: blocks from a trustless gateway of IPFS (ipfs+http://host, ipfs+https://host):
 * Kubo's, a public one, or `varve serve --http`.
 *
 * It has no refs or commits, and is not trusted: every block's hash is checked. Blocks that it does
 * not have (404, 410) or find elsewhere (412, 504) are absent.
 */
#ifndef VV_TRANSPORT_IPFS_GATEWAY_PEER_H
#define VV_TRANSPORT_IPFS_GATEWAY_PEER_H

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/protocol/gather.h"

typedef struct vv_ipfs_peer vv_ipfs_peer;

/* Connects to nothing yet. Not in two threads at once (it may load libcurl); later one thread uses
 * it. o: repo, whose http.* settings apply, and idle_sec. VV_EUSAGE: not such a URL. */
vv_status vv_ipfs_peer_open(vv_ipfs_peer **out, const char *url, const vv_connect_options *o,
			    vv_error *err);
void vv_ipfs_peer_close(vv_ipfs_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_ipfs_peer, vv_ipfs_peer_close)

/* A vv_source_fn, source being a vv_ipfs_peer: some requests at a time; calls fn in the order of
 * wants. VV_ECORRUPT: it sent other bytes. */
vv_status vv_ipfs_peer_blocks(void *source, const vv_lacking *wants, size_t count,
			      vv_peer_block_fn fn, void *payload, vv_error *err);

#endif
