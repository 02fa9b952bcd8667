/*
 * server: serves repositories over HTTP or HTTPS.
 *
 *   POST <repository>/varve          a request of the protocol, and its answer
 *   GET  <repository>/raw/REV/PATH   a version as a file: ETag, ranges
 *   GET  /ipfs/<cid>                 the trustless gateway of IPFS: raw blocks, CARs
 *   GET  /                           the list of repositories
 *
 * <repository> is /<name>; if the server has only one repository, its routes are also at the top.
 * docs/formats/http-api.md describes the API. Each connection has a thread. A request whose answer
 * is made while it is being sent has another thread. Rings of 64 KiB connect these threads, so that
 * memory depends only on the number of connections.
 *
 * The server is independent of tables: only the handlers, which are called in these threads, use
 * tables.
 *
 * A correct caller: block SIGTERM and similar signals, so that no thread receives them;
 * vv_http_server_start; wait for a signal; vv_http_server_stop.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_H
#define VV_TRANSPORT_SERVER_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "transport/server/handlers.h"
#include "transport/server/options.h"

typedef struct vv_http_server vv_http_server;

/* Starts a server with the options o: opens the repositories, and listens on the address.
 * VV_EUSAGE: the address is invalid, or two repositories have the same name. VV_ENOTFOUND: no such
 * repository or address. VV_EREFUSED: the address is in use. */
vv_status vv_http_server_start(vv_http_server **out, const vv_http_options *o,
			       const vv_http_handlers *handlers, vv_error *err);

/* Returns the server's URL, such as "http://127.0.0.1:8080"; borrowed from s. */
const char *vv_http_server_url(const vv_http_server *s);
/* Returns the name of the i-th repository, from 0, in URLs; borrowed from s. NULL: the server has
 * fewer repositories. */
const char *vv_http_server_name(const vv_http_server *s, size_t i);

/* Stops accepting connections, waits at most grace_sec seconds for running requests, aborts the
 * remaining requests, and frees the server. Accepts NULL. */
void vv_http_server_stop(vv_http_server *s, unsigned grace_sec);

#endif
