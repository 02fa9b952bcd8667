/*
 * gateway: trustless gateways of IPFS among the suppliers of blocks (lib/remotes/reach.h): ipfs+http://host,
 * ipfs+https://host; and those that a router knows: ipfs+https://router/routing/v1/providers/CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

#include "lib/remotes/transfer.h"

#define VV_GATEWAY_SCHEME "ipfs+"

/* A vv_suppliers_open_fn. It connects when it is asked for blocks. Nobody is asked who was not named. */
vv_status vv_gateway_open(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			  const char *url, vv_error *err);

#endif
