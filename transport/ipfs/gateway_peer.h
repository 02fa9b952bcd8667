/*
 * gateway_peer: gets blocks from an IPFS trustless gateway (ipfs+http://host, ipfs+https://host): a
 * gateway of Kubo, a public gateway, or `varve serve --http`.
 *
 * A gateway has no refs or commits, and is not trusted: each block is compared with its CID. A
 * block counts as missing if the gateway does not have it (status 404 or 410) or would have to get
 * it from elsewhere (412 or 504).
 */
#ifndef VV_TRANSPORT_IPFS_GATEWAY_PEER_H
#define VV_TRANSPORT_IPFS_GATEWAY_PEER_H

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/protocol/gather.h"

typedef struct vv_ipfs_peer vv_ipfs_peer;

/* Opens a peer for the gateway at url, without connecting. A peer is for one thread at a time. Uses
 * only the repository, the environment and the time limits in o; the repository's http.* settings
 * apply. The caller closes *out with vv_ipfs_peer_close. VV_EUSAGE: url is not the URL of a
 * gateway. */
vv_status vv_ipfs_peer_open(vv_ipfs_peer **out, const char *url, const vv_connect_options *o,
			    vv_error *err);
void vv_ipfs_peer_close(vv_ipfs_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_ipfs_peer, vv_ipfs_peer_close)

/* A vv_source_fn, whose source is a vv_ipfs_peer: gets the count blocks `wants`. Sends several
 * requests at a time, and calls fn in the order of wants. VV_ECORRUPT: the gateway sent bytes that
 * do not match the CID. VV_EREFUSED: the gateway requires a login, or redirects. VV_ENOTFOUND: the
 * URL is not that of a gateway. */
vv_status vv_ipfs_peer_blocks(void *source, const vv_lacking *wants, size_t count,
			      vv_peer_block_fn fn, void *payload, vv_error *err);

#endif
