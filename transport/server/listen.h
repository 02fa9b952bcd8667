/*
 * listen: a socket that listens at an address. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_LISTEN_H
#define VV_TRANSPORT_SERVER_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/* The descriptor, or a negative vv_status; *url says how to reach it, and is the caller's. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

#endif
