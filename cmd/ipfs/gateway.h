/*
 * gateway: trustless gateways of IPFS among the suppliers of blocks (lib/remotes/reach.h): ipfs+http://host,
 * ipfs+https://host; and those that a router knows: ipfs+https://router/routing/v1/providers/CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Each program begins with it: gateways, the vault and sources of imported tables are among those that are asked for
 * blocks. Nobody is asked who was not named. */
void vv_gateway_begin(void);

#endif
