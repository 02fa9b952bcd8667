/*
 * gateway: trustless gateways of IPFS among the suppliers of blocks (lib/remotes/reach.h): ipfs+http://host,
 * ipfs+https://host; and those listed by a router: ipfs+https://router/routing/v1/providers/CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Every program calls this first. It registers gateways, vaults and the sources of imported tables as suppliers of blocks;
 * varve contacts only those that the repository's settings name. */
void vv_suppliers_begin(void);

#endif
