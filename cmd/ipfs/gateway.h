/*
 * gateway: registers the kinds of suppliers of blocks (lib/remotes/reach.h) other than peers, such
 * as trustless gateways of IPFS. The URL of a gateway is ipfs+http://host or ipfs+https://host;
 * ipfs+https://router/routing/v1/providers/CID stands for all gateways that the router lists for
 * the CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Registers three kinds of suppliers of blocks: gateways, vaults, and the sources of imported tables. Every program
 * calls this function first. varve contacts only suppliers that the repository's settings name. */
void vv_suppliers_begin(void);

#endif
