/*
 * listen: makes a socket that listens on an address.
 */
#ifndef VV_TRANSPORT_SERVER_LISTEN_H
#define VV_TRANSPORT_SERVER_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/* Listens on the address, which has the form of vv_http_options.address. Returns the descriptor of
 * the socket, which the caller closes, or a negative vv_status. Sets *url to the URL of the server,
 * which the caller frees with vv_free. VV_EUSAGE: the address is malformed. VV_ENOTFOUND: no such
 * host. VV_EREFUSED: the address is in use, or this process may not use it. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

#endif
