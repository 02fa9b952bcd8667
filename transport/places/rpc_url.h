/*
 * rpc_url: the RPC address of a node of IPFS (Kubo) that this machine controls.
 *
 * Since a client of this address can do everything with the node, only loopback addresses or https
 * are allowed.
 */
#ifndef VV_TRANSPORT_PLACES_RPC_URL_H
#define VV_TRANSPORT_PLACES_RPC_URL_H

#include "transport/line/url.h"

/* Parses an http or https URL, with or without the prefix "ipfs+". VV_EUSAGE: an invalid URL; err
 * has the fault. The caller clears *out, also on failure. */
vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err);

/* Requests send a form: for each part VV_RPC_PART, the name of a file, VV_RPC_TYPE, bytes and "\r\n"; then VV_RPC_END. */
#define VV_RPC_BOUNDARY "varve-0b6c1d5f3f0e4a7c9d12"
#define VV_RPC_FORM "multipart/form-data; boundary=" VV_RPC_BOUNDARY
#define VV_RPC_PART                                                                                \
	"--" VV_RPC_BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
#define VV_RPC_TYPE(type) "\"\r\nContent-Type: application/" type "\r\n\r\n"
#define VV_RPC_END "--" VV_RPC_BOUNDARY "--\r\n"

#endif
