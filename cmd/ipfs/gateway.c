/*
 * gateway: how a supplier is made of a gateway_peer.
 */
#include "cmd/ipfs/gateway.h"

#include "transport/ipfs/gateway_peer.h"
#include "transport/protocol/speeds.h"

static void close_gateway(void *payload)
{
	vv_ipfs_peer_close(payload);
}

vv_status vv_gateway_open(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			  const char *url, vv_error *err)
{
	vv_ipfs_peer *gateway;
	vv_status rc;

	*count = 0;
	if (!url || max == 0) return VV_OK;
	if ((rc = vv_ipfs_peer_open(&gateway, url, &t->connect, err)) == VV_OK) {
		*out = (vv_supplier){.name = url,
				     .id = vv_speed_source(url),
				     .source = vv_ipfs_peer_blocks,
				     .payload = gateway,
				     .close = close_gateway};
		*count = 1;
	}
	return rc;
}
