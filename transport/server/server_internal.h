/*
 * server_internal: listens on an address, and checks each request before its route is called.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/server/request.h"

/* ---- listen: makes a socket that listens on an address ---- */

/* Listens on the address. Returns the descriptor of the socket, or a negative vv_status. Sets *url
 * to the URL of the server, which the caller frees with vv_free. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

/* ---- head: checks the head of a request before it is used. Lengths that two programs could read
 * in different ways (RFC 9112) are refused, so that a proxy and this server always see the same
 * requests. If the server answers only for its own host names (only_hosts), requests for other
 * names are refused, as a protection from DNS rebinding. A POST is refused if Origin or
 * Sec-Fetch-Site shows that a page of another site sent it ---- */

/* Checks the head of the request q. version: the HTTP version of the request, such as "HTTP/1.1".
 * Returns 0, or the status for the answer, after which the connection must be closed; then sets
 * *why to the reason, a constant. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Returns true if host ("name", "name:80" or "[::1]:80") names this server: an address, localhost,
 * a name below localhost, or one of the `count` names. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Returns true if host is the host of this origin ("https://name:80" or "null"). */
bool vv_http_origin_is_host(const char *origin, const char *host);

/* ---- url_secret: protects a server for one person by a secret in the URL (parameter "secret").
 *
 * A cookie replaces the secret at once: every URL except the one with the secret requires the
 * cookie (HttpOnly, SameSite=Strict, named after the port), and a redirect removes the secret from
 * the URL. Other users of the machine thus cannot send requests, even if they know the port. The
 * URL passed to a browser has a second secret, which is valid only once, since other users can see
 * a program's arguments ---- */

/* Checks the secret or cookie of the request q. Returns true if the request may continue. If not,
 * queues an answer, and sets *result to the result of queueing. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
