/*
 * gateway: registers kinds of suppliers of blocks (lib/remotes/reach.h), such as trustless gateways
 * of IPFS. The URL of a gateway is ipfs+http://host or ipfs+https://host. The URL
 * ipfs+https://router/routing/v1/providers/CID stands for all gateways that the router lists for
 * the CID.
 */
#ifndef VV_CMD_IPFS_GATEWAY_H
#define VV_CMD_IPFS_GATEWAY_H

/* Registers three kinds of suppliers of blocks: gateways, vaults, and the sources of imported
 * tables. varve, varve-ipfs and varve-web call this function before any command (vv_tool.begin).
 * Registering contacts no supplier. */
void vv_suppliers_begin(void);

#endif
