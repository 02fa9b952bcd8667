/*
 * tcp: from a host's name to a connected socket.
 */
#ifndef VV_TRANSPORT_LINE_TCP_H
#define VV_TRANSPORT_LINE_TCP_H

#include "base/error.h"

/* A connected socket, close-on-exec, TCP_NODELAY; each of the host's addresses is tried, all
 * of them within so many seconds. Negative: a vv_status. VV_ENOTFOUND: no such host. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, vv_error *err);

#endif
