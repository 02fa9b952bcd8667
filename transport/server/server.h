/*
 * server: repositories served over HTTP or HTTPS.
 *
 *   POST <repository>/varve          a request of the protocol, and its answer
 *   GET  <repository>/raw/REV/PATH   a version as a file: ETag, ranges
 *   GET  /ipfs/<cid>                 the trustless gateway of IPFS: raw blocks, CARs
 *   GET  /                           the list of repositories
 *
 * <repository> is /<name>; a single one is at the top as well. docs/formats/http-api.md describes the API. Each
 * connection has a thread, and each request whose answer is made while it is sent has another one; rings of 64 KiB
 * connect them, so that memory depends only on the number of connections.
 *
 * The server is independent of tables: the handlers use them, and are called in threads.
 *
 * A correct caller: block SIGTERM and similar signals, so that no thread gets them; vv_http_server_start; wait for
 * a signal; vv_http_server_stop.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_H
#define VV_TRANSPORT_SERVER_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "transport/server/handlers.h"
#include "transport/server/options.h"

typedef struct vv_http_server vv_http_server;

/* Opens the repositories, listens. VV_EUSAGE: an address, two repositories of one name;
 * VV_ENOTFOUND; VV_EREFUSED: an address that is taken. */
vv_status vv_http_server_start(vv_http_server **out, const vv_http_options *o,
			       const vv_http_handlers *handlers, vv_error *err);

/* "http://127.0.0.1:8080"; borrowed. */
const char *vv_http_server_url(const vv_http_server *s);
/* The name of the i-th repository in URLs; NULL after the last. */
const char *vv_http_server_name(const vv_http_server *s, size_t i);

/* Accepts no more connections, allows running requests grace_sec to end, aborts the rest, frees.
 * Accepts NULL. */
void vv_http_server_stop(vv_http_server *s, unsigned grace_sec);

#endif
