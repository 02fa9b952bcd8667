/*
 * server_internal: listens, and checks each request before its route.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/server/request.h"

/* ---- listen: a socket that listens on an address ---- */

/* Listens on the address. Returns the socket's descriptor, or a negative vv_status. *url: the
 * server's URL, owned by the caller. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

/* ---- head: checks of a request's head before any other use.
 *
 * Lengths that two programs could read differently (RFC 9112) are refused, so that a proxy and this
 * server always see the same requests. The host is checked, too: requests of a browser with a
 * foreign host name (DNS rebinding), or from a page of another site, are refused ---- */

/* Checks the head. Returns 0, or the status to answer with; the connection must then be closed.
 * *why: the reason, static. */
unsigned http_head_check(const http_request *q, const char *version, const char **why);

/* Does host ("name", "name:80", "[::1]:80") name this server? True for an address, localhost, names
 * below localhost, and the `count` names. */
bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count);

/* Is host the host of this origin ("https://name:80", "null")? */
bool vv_http_origin_is_host(const char *origin, const char *host);

/* ---- url_secret: a server for one person: the secret in the URL (the parameter "secret") becomes a cookie at once.
 *
 * Other users of the machine cannot send requests even if they know the port: every URL except the
 * one with the secret requires the cookie (HttpOnly, SameSite=Strict, named after the port). A
 * redirect removes the secret from the URL. A second secret is valid once, since the arguments of a
 * program that starts a browser are visible to other users ---- */

/* May this request continue? False: an answer was queued (*result). */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
