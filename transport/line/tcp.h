/*
 * tcp: from a host's name to a connected socket.
 */
#ifndef VV_TRANSPORT_LINE_TCP_H
#define VV_TRANSPORT_LINE_TCP_H

#include <stdatomic.h>

#include "base/error.h"

/* A connected socket, close-on-exec, TCP_NODELAY; the host's addresses are tried in
 * their order, each a quarter of a second after the one before or when that has failed; the first that
 * answers counts. All within so many seconds. stopped: as in vv_connect_options. Negative: a vv_status.
 * VV_ENOTFOUND: no such host. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err);
/* Until there is something to read, or the other side has hung up: so many seconds at most. name: for
 * messages. */
vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err);

#endif
