/*
 * tcp: from a host's name to a connected socket.
 */
#ifndef VV_TRANSPORT_LINE_TCP_H
#define VV_TRANSPORT_LINE_TCP_H

#include <netdb.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

/* left: a call without a limit of time of its own, in a thread that is left behind when the time limit was reached. */
typedef struct vv_left vv_left;
/* payload is taken, and cleared when neither side uses it any more. NULL, out of memory: it is cleared. */
vv_left *vv_left_start(void (*run)(void *payload), void (*clear)(void *payload), void *payload);
/* Has it ended? Until then payload is the thread's alone. stopped: as in vv_connect_options; may be NULL. */
bool vv_left_wait(vv_left *l, uint64_t deadline_ms, const atomic_bool *stopped);
void vv_left_end(vv_left *l); /* ends the use of payload */

/* lookup: the addresses of a host, within a limit of time. With a name server that is silent getaddrinfo(3) takes that
 * of resolv.conf, half a minute and more. */

/* getaddrinfo(3), or a test's replacement. */
typedef int (*vv_resolver_fn)(const char *host, const char *service, const struct addrinfo *wanted,
			      struct addrinfo **out);

typedef struct vv_lookup {
	const char *host;
	unsigned port;
	uint64_t deadline_ms;       /* on the clock of vv_monotonic_ms */
	const atomic_bool *stopped; /* as in vv_connect_options; may be NULL */
	vv_resolver_fn resolver;    /* NULL: getaddrinfo */
} vv_lookup;

/* *out: for stream sockets, freed by the caller with freeaddrinfo. VV_ENOTFOUND: no such host; VV_EIO: no answer in
 * time, or stopped. */
vv_status vv_lookup_run(struct addrinfo **out, const vv_lookup *l, vv_error *err);

/* A connected socket, close-on-exec, TCP_NODELAY; the host's addresses are tried in their order, each a
 * quarter of a second after the previous one or when that has failed; the first that answers is used.
 * All within `seconds`. stopped: as in vv_connect_options. Negative: a vv_status. VV_ENOTFOUND: no such
 * host. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err);
/* Waits until bytes can be read, or the other side has closed: at most `seconds`. name: for
 * messages. */
vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err);

#endif
