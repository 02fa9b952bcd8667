/*
 * rpc: sends commands to an IPFS node (Kubo) that this machine controls.
 *
 * A client of the RPC has full control of the node. Therefore only loopback addresses and https are
 * allowed. Source: docs.ipfs.tech/reference/kubo/rpc.
 */
#ifndef VV_TRANSPORT_PLACES_RPC_H
#define VV_TRANSPORT_PLACES_RPC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "repo/blocks/cid.h"
#include "transport/http/site.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Parses text as the address of a node: an http or https URL, with or without the prefix "ipfs+".
 * The caller clears *out, also after a failure. VV_EUSAGE: the URL is not allowed; the message has
 * the reason. */
vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err);

typedef struct vv_rpc vv_rpc;

/* Makes a client of the node at the address `node`, which vv_rpc_url_read parsed, and sends no
 * command. searches: as in http_site_facts. The caller closes *out with vv_rpc_close. */
vv_status vv_rpc_open(vv_rpc **out, const vv_url *node, const vv_connect_options *o, bool searches,
		      vv_error *err);
void vv_rpc_close(vv_rpc *r); /* accepts NULL */
VV_AUTO_FREE(vv_rpc, vv_rpc_close)

/* Is called for a JSON value of an answer; an answer has one value per line. If a request is
 * repeated, values may come again. A negative result ends the command, and is returned. */
typedef vv_status (*vv_rpc_line_fn)(void *payload, const vv_json *line, vv_error *err);

/* The form in the body of a command is, for each file, VV_RPC_PART, the file's name, VV_RPC_TYPE,
 * the file's bytes and "\r\n"; and VV_RPC_END at the end. */
#define VV_RPC_BOUNDARY "varve-0b6c1d5f3f0e4a7c9d12"
#define VV_RPC_PART                                                                                \
	"--" VV_RPC_BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
#define VV_RPC_TYPE(type) "\"\r\nContent-Type: application/" type "\r\n\r\n"
#define VV_RPC_END "--" VV_RPC_BOUNDARY "--\r\n"

/* Sends a command, such as "pin/ls?type=recursive", and calls fn, unless it is NULL, for each value
 * of the answer. form: an http_ask with the form in body and body_len, or in give and payload; its
 * other members are ignored. NULL: no form. If the node reports an error, the message has its text. VV_ENOTFOUND: the node
 * does not have a block or pin. VV_EREFUSED: the node is full. VV_EIO: any other error of the node,
 * an answer of more than 1 GiB (64 KiB if fn is NULL), or a line of more than 16 KiB. Other errors
 * are those of http_site_ask. */
vv_status vv_rpc_ask(vv_rpc *r, const char *command, const http_ask *form, vv_rpc_line_fn fn,
		     void *payload, vv_error *err);
/* Sends a command, and appends at most the first max bytes of the answer to out. Errors are those
 * of vv_rpc_ask. */
vv_status vv_rpc_get(vv_rpc *r, const char *command, size_t max, vv_buf *out, vv_error *err);

/* Parses a CID in an answer. Returns false if text is NULL, or not a CID of varve. */
bool vv_rpc_cid(vv_cid *out, const char *text);

#endif
