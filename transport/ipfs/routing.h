/*
 * routing: asks a delegated router of IPFS for the providers of a CID.
 *
 * Source: specs.ipfs.tech/routing/http-routing-v1. A router learns which CIDs a client needs, so a
 * router is used only if one is configured.
 */
#ifndef VV_TRANSPORT_IPFS_ROUTING_H
#define VV_TRANSPORT_IPFS_ROUTING_H

#include "repo/blocks/cid.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* A provider. Strings are borrowed during the call; each may be NULL. address: the first address of
 * the provider. protocols: names of protocols, separated by commas. */
typedef struct vv_provider {
	const char *id, *address, *protocols;
} vv_provider;

/* Is called for a provider. A negative result ends the calls; vv_routing_providers then returns
 * it. */
typedef vv_status (*vv_provider_fn)(void *payload, const vv_provider *p, vv_error *err);

/* Requests the providers of cid from the router at url, and calls fn for each of them, at most
 * 1,000. VV_EUSAGE: url is not the URL of a router. VV_EINPUT: the router's answer is invalid.
 * VV_EIO, VV_EREFUSED: the request failed. */
vv_status vv_routing_providers(const char *url, const vv_connect_options *o, const vv_cid *cid,
			       vv_provider_fn fn, void *payload, vv_error *err);

#endif
