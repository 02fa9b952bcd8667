/*
 * rpc_url: parses the RPC address of an IPFS node (Kubo) that this machine controls.
 *
 * A client of this address has full control of the node, so only loopback addresses and https are
 * allowed.
 */
#ifndef VV_TRANSPORT_PLACES_RPC_URL_H
#define VV_TRANSPORT_PLACES_RPC_URL_H

#include "transport/line/url.h"

/* Parses text as an http or https URL, with or without the prefix "ipfs+". The caller clears *out,
 * also after a failure. VV_EUSAGE: the URL is not such an address; the message has the reason. */
vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err);

/* The form in the body of requests: for each file, VV_RPC_PART, the file's name, VV_RPC_TYPE, the
 * bytes and "\r\n"; at the end, VV_RPC_END. */
#define VV_RPC_BOUNDARY "varve-0b6c1d5f3f0e4a7c9d12"
#define VV_RPC_FORM "multipart/form-data; boundary=" VV_RPC_BOUNDARY
#define VV_RPC_PART                                                                                \
	"--" VV_RPC_BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
#define VV_RPC_TYPE(type) "\"\r\nContent-Type: application/" type "\r\n\r\n"
#define VV_RPC_END "--" VV_RPC_BOUNDARY "--\r\n"

#endif
