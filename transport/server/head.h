/*
 * head: what a request's head must be before anything else is made of it.
 *
 * RFC 9112: lengths that two programs could read differently are refused, so that a proxy in front
 * and this server always see the same requests. And who is meant: a browser that was led here under
 * a foreign name (DNS rebinding), or whose page is of another site, is turned away.
 */
#ifndef VV_TRANSPORT_SERVER_HEAD_H
#define VV_TRANSPORT_SERVER_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/server/request.h"

/* 0, or the status to answer with, the connection to be closed; *why is static. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Is host ("name", "name:80", "[::1]:80") this server? An address, localhost, what is below it, and
 * the names of the list are. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Does a page of origin ("https://name:80", "null") have the same host? */
bool vv_http_origin_is_host(const char *origin, const char *host);

#endif
