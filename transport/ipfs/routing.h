/*
 * routing: asks a router of IPFS which providers have the block of a CID.
 *
 * Source: specs.ipfs.tech/routing/http-routing-v1. A router learns which CIDs a client needs.
 * Therefore a router is used only if the user configured it.
 */
#ifndef VV_TRANSPORT_IPFS_ROUTING_H
#define VV_TRANSPORT_IPFS_ROUTING_H

#include "repo/blocks/cid.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* A provider. The strings are borrowed during the call, and each may be NULL. id: the provider's
 * peer ID. address: the provider's first address. protocols: names of protocols, separated by
 * commas. */
typedef struct vv_provider {
	const char *id, *address, *protocols;
} vv_provider;

/* Is called for a provider. A negative result ends the calls, and is returned. */
typedef vv_status (*vv_provider_fn)(void *payload, const vv_provider *p, vv_error *err);

/* Requests the providers of cid from the router at url, and calls fn for each of them, at most
 * 1,000. If the router knows no provider, the status is VV_OK. VV_EUSAGE: url is not an http or
 * https URL. VV_EINPUT: the router's answer is invalid. VV_EREFUSED: the router refused, or sent
 * more than 4 MiB. Other errors are those of http_site_ask. */
vv_status vv_routing_providers(const char *url, const vv_connect_options *o, const vv_cid *cid,
			       vv_provider_fn fn, void *payload, vv_error *err);

#endif
