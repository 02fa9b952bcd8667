/*
 * rpc_url: the address of a node of IPFS that this machine may give orders: Kubo's RPC.
 *
 * Who speaks it may do everything with the node; so it is asked at loopback addresses, or over https.
 */
#ifndef VV_TRANSPORT_PLACES_RPC_URL_H
#define VV_TRANSPORT_PLACES_RPC_URL_H

#include "transport/line/url.h"

/* http or https, "ipfs+" before it or not. VV_EUSAGE says why it is none. *out is cleared by the caller. */
vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err);

#endif
