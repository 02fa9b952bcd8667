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

/* Listens on the address, which has the form of vv_http_options.address. Returns the descriptor of
 * the socket, which the caller closes, or a negative vv_status. Sets *url to the URL of the server,
 * which the caller frees with vv_free. VV_EUSAGE: the address is malformed. VV_ENOTFOUND: no such
 * host. VV_EREFUSED: the address is in use, or this process may not use it. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

/* ---- head: checks the head of a request before it is used. Lengths that two programs could read
 * in different ways (RFC 9112) are refused, so that a proxy and this server always see the same
 * requests. If the server answers only for its own host names (only_hosts), requests for other
 * names are refused, as a protection from DNS rebinding. A POST is refused if Origin or
 * Sec-Fetch-Site shows that a page of another site sent it ---- */

/* Checks the head of the request q. version: the HTTP version of the request, such as "HTTP/1.1".
 * Returns 0 if the head is valid. Else returns the status for the answer, and sets *why to the
 * reason, a constant; the caller closes the connection after the answer. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Returns true if host ("name", "name:80" or "[::1]:80") may name this server: an IP address,
 * localhost, a name below localhost, or one of the `count` names. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Returns true if `host`, the value of a Host header, is the host and port of origin
 * ("https://name:80"). Returns false for the origin "null". */
bool vv_http_origin_is_host(const char *origin, const char *host);

/* ---- url_secret: protects a server for one person by a secret in the URL (parameter "secret").
 *
 * The answer to a URL with the secret sets a cookie (HttpOnly, SameSite=Strict, named after the
 * port), and redirects to the URL without parameters. All other URLs require the cookie, and must
 * not have a wrong secret. So other users of the machine cannot send requests, even if they know
 * the port. The URL that is passed to a browser as an argument has a second secret, because other
 * users can see the arguments of a program. The second secret is valid only once ---- */

/* Checks the secret or the cookie of the request q. Returns true if the request may continue, or if
 * the server has no secret. Else queues an answer, which is the redirect or a refusal, and sets
 * *result to the result of queueing. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
