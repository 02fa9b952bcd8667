/*
 * routing: providers of a CID, from a delegated router of IPFS.
 *
 * Source: specs.ipfs.tech/routing/http-routing-v1. The router learns the CIDs that a client needs: so it is used
 * only with a setting.
 */
#ifndef VV_TRANSPORT_IPFS_ROUTING_H
#define VV_TRANSPORT_IPFS_ROUTING_H

#include "repo/blocks/cid.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Borrowed during the call; any may be NULL. address: its first; protocols are joined by commas. */
typedef struct vv_provider {
	const char *id, *address, *protocols;
} vv_provider;

typedef vv_status (*vv_provider_fn)(void *payload, const vv_provider *p, vv_error *err);

/* Calls fn for each provider, at most 1,000. VV_EUSAGE: not the URL of a router; VV_EINPUT: its
 * answer cannot be read; VV_EIO, VV_EREFUSED. */
vv_status vv_routing_providers(const char *url, const vv_connect_options *o, const vv_cid *cid,
			       vv_provider_fn fn, void *payload, vv_error *err);

#endif
