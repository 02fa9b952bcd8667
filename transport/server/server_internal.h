/*
 * server_internal: the checks of a request before its route.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/server/request.h"

/* ---- listen: a socket that listens at an address ---- */

/* The descriptor, or a negative vv_status; *url says how to reach it, and is the caller's. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

/* ---- head: what a request's head must be before anything else is made of it.
 *
 * RFC 9112: lengths that two programs could read differently are refused, so that a proxy in front
 * and this server always see the same requests. And who is meant: a browser that was led here under
 * a foreign name (DNS rebinding), or whose page is of another site, is turned away ---- */

/* 0, or the status to answer with, the connection to be closed; *why is static. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Is host ("name", "name:80", "[::1]:80") this server? An address, localhost, what is below it, and
 * the names of the list are. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Does a page of origin ("https://name:80", "null") have the same host? */
bool vv_http_origin_is_host(const char *origin, const char *host);

/* ---- url_secret: a server for one person: the secret in the URL (the parameter "secret") becomes a cookie at once.
 *
 * No other user of the machine can ask, even with the port: everything but that first address, on
 * every route, wants the cookie (HttpOnly, SameSite=Strict, named after the port). The redirect takes the
 * secret out of the address. A second secret may let in once: a program's arguments, with which a browser
 * is started, can be seen by others ---- */

/* May this request continue? False: an answer was queued. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
