/*
 * gateway: trustless gateways of IPFS among the suppliers of blocks (lib/remotes/reach.h): ipfs+http://host,
 * ipfs+https://host; and those that a router knows: ipfs+https://router/routing/v1/providers/CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Every program calls this first. It makes gateways, vaults and the sources of imported tables known as suppliers of blocks;
 * only those that the repository's settings name are ever asked. */
void vv_suppliers_begin(void);

#endif
