/*
 * tcp: resolves a host's name and connects to the host.
 */
#ifndef VV_TRANSPORT_LINE_TCP_H
#define VV_TRANSPORT_LINE_TCP_H

#include <netdb.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

/* left: runs a call that has no time limit of its own, such as getaddrinfo, in a separate thread.
 * The caller waits until a deadline, and then continues without the result; the thread is left
 * running until the call ends. */
typedef struct vv_left vv_left;
/* Starts a thread that calls run(payload). The thread and the caller share `payload`;
 * clear(payload) is called when both have finished. Returns NULL if memory ran out; `clear` was
 * then called. */
vv_left *vv_left_start(void (*run)(void *payload), void (*clear)(void *payload), void *payload);
/* Waits until the call ends or the deadline (on the clock of vv_monotonic_ms) is reached. Returns
 * true if the call has ended, and false otherwise; the caller must then not use `payload`.
 * `stopped` is as in vv_connect_options, and may be NULL. */
bool vv_left_wait(vv_left *l, uint64_t deadline_ms, const atomic_bool *stopped);
void vv_left_end(vv_left *l); /* ends the caller's use of `payload`; frees l */

/* lookup: finds the addresses of a host within a time limit. getaddrinfo(3) alone can wait half a
 * minute or more if a name server does not answer (resolv.conf). */

/* The type of getaddrinfo(3), for which tests have a replacement. */
typedef int (*vv_resolver_fn)(const char *host, const char *service, const struct addrinfo *wanted,
			      struct addrinfo **out);

/* The arguments of a look-up. */
typedef struct vv_lookup {
	const char *host;
	unsigned port;
	uint64_t deadline_ms;       /* on the clock of vv_monotonic_ms */
	const atomic_bool *stopped; /* as in vv_connect_options; may be NULL */
	vv_resolver_fn resolver;    /* NULL: getaddrinfo */
} vv_lookup;

/* Sets *out to the host's addresses for stream sockets; the caller frees the list with
 * freeaddrinfo. VV_ENOTFOUND: no such host. VV_EIO: no answer in time, or *stopped was set. */
vv_status vv_lookup_run(struct addrinfo **out, const vv_lookup *l, vv_error *err);

/* Connects to the host within `seconds` seconds, and returns the socket (close-on-exec,
 * TCP_NODELAY), or a negative vv_status. Tries the host's addresses in order: starts each try a
 * quarter of a second after the previous one, or as soon as the previous one has failed. Uses the
 * first address that answers. `stopped` is as in vv_connect_options. VV_ENOTFOUND: no such host. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err);
/* Waits at most `seconds` seconds until bytes can be read from fd, or the other side has closed the
 * connection. name is the peer's name for messages. */
vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err);

#endif
