/*
 * server: serves repositories over HTTP or HTTPS.
 *
 *   POST <repository>/varve          a request of the protocol, and its answer
 *   GET  <repository>/info/refs      plain git: refs, and
 *   POST <repository>/git-upload-pack   objects
 *   GET  <repository>/raw/REV/PATH   a version as a file: ETag, ranges
 *   GET  /ipfs/<cid>                 the gateway of IPFS: raw blocks, CARs, files
 *   GET  /                           the list of repositories, or a page
 *   GET  <repository>/...            a page, if the server has pages
 *
 * <repository> is /<name>. If the server has only one repository, its routes are also at the top
 * and below /-. docs/formats/http-api.md describes the API.
 *
 * Each connection has a thread. An answer that is made while it is sent has a second thread, a
 * worker. Rings of 64 KiB connect the two threads.
 *
 * The server itself does not use tables. Only the handlers do, which the server calls in these
 * threads.
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

/* Starts a server with the options o: opens the repositories, and listens on the address. o and
 * handlers are copied.
 *
 * VV_EUSAGE: an option is invalid (address, hosts, origins, proxies), two repositories have the
 * same name, only one of tls_cert and tls_key is set, or `closed` is set without auth_file.
 * VV_ENOTFOUND: no such repository, file or address. VV_EINPUT: the certificate, its key or
 * auth_file is invalid. VV_EREFUSED: the address is in use, this process may not listen on it, or a
 * file with secrets has wrong permissions (secret_file.h). VV_ENOSUPPORT: libmicrohttpd was built
 * without TLS. */
vv_status vv_http_server_start(vv_http_server **out, const vv_http_options *o,
			       const vv_http_handlers *handlers, vv_error *err);

/* Returns the server's URL, such as "http://127.0.0.1:8080"; borrowed from s. */
const char *vv_http_server_url(const vv_http_server *s);
/* Returns the name of the i-th repository, from 0, in URLs; borrowed from s. NULL: the server has
 * fewer repositories. */
const char *vv_http_server_name(const vv_http_server *s, size_t i);

/* Stops accepting connections, waits at most grace_sec seconds for running requests, breaks off the
 * others, and frees the server. Accepts NULL. */
void vv_http_server_stop(vv_http_server *s, unsigned grace_sec);

#endif
