/*
 * server_internal: the checks of a request before its route.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/server/request.h"

/* ---- listen: a socket that listens on an address ---- */

/* The descriptor, or a negative vv_status; *url: its address, owned by the caller. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

/* ---- head: checks of a request's head before any other use.
 *
 * RFC 9112: lengths that two programs could read differently are refused, so that a proxy in front
 * and this server always see the same requests. It also checks the host: a browser that came under
 * a foreign name (DNS rebinding), or from a page of another site, is refused ---- */

/* 0, or the status to answer with, the connection to be closed; *why is static. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Is host ("name", "name:80", "[::1]:80") this server? True for an address, localhost, names below
 * it, and the names of the list. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Does a page of origin ("https://name:80", "null") have the same host? */
bool vv_http_origin_is_host(const char *origin, const char *host);

/* ---- url_secret: a server for one person: the secret in the URL (the parameter "secret") becomes a cookie at once.
 *
 * Other users of the machine cannot send requests, even with the port: every route except that first address
 * requires the cookie (HttpOnly, SameSite=Strict, named after the port). The redirect removes the secret from the
 * address. A second secret is valid once: the arguments of a program that starts a browser are visible to others
 * ---- */

/* May this request continue? False: an answer was queued. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
