/*
 * ipfs_holder: an IPFS node that this machine may give orders: ipfs+http://127.0.0.1:5001, Kubo's RPC.
 *
 * It keeps shards as pinned raw blocks, by their CIDs, and no records: they have no names there. What is pinned
 * there for other reasons and has a shard's length is listed, too. What is removed is unpinned, and goes with
 * the node's next gc.
 */
#ifndef VV_TRANSPORT_VAULT_IPFS_HOLDER_H
#define VV_TRANSPORT_VAULT_IPFS_HOLDER_H

#include "transport/line/options.h"
#include "transport/vault/holder.h"

/* url: with "ipfs+". connect is used while it is opened. VV_EUSAGE: an address that nobody gives orders over;
 * VV_EIO: no node of IPFS answers. */
vv_status vv_ipfs_holder_open(vv_vault_holder **out, const char *url, const vv_holder_facts *facts,
			      const vv_connect_options *connect, vv_error *err);

#endif
