/*
 * head: checks the head of a request before it is used.
 *
 * Lengths that two programs could read in different ways (RFC 9112) are refused, so that a proxy and
 * this server always see the same requests. If the server answers only for its own host names
 * (only_hosts), requests for other names are refused, as a protection from DNS rebinding. A POST is
 * refused if Origin or Sec-Fetch-Site shows that a page of another site sent it.
 */
#ifndef VV_TRANSPORT_SERVER_HEAD_H
#define VV_TRANSPORT_SERVER_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/server/request.h"

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

#endif
