/*
 * gateway: fetches blocks from trustless gateways of IPFS, as a kind of supplier (lib/remotes/reach.h). The URL of a
 * gateway is ipfs+http://host or ipfs+https://host; ipfs+https://router/routing/v1/providers/CID means all gateways
 * that the router lists for the CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Registers three kinds of suppliers of blocks: gateways, vaults, and the sources of imported tables. Every program
 * calls this function first. varve contacts only suppliers that the repository's settings name. */
void vv_suppliers_begin(void);

#endif
