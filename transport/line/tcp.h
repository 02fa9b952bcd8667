/*
 * tcp: resolves the name of a host, and connects to the host.
 */
#ifndef VV_TRANSPORT_LINE_TCP_H
#define VV_TRANSPORT_LINE_TCP_H

#include <netdb.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

/* left: runs a function that has no time limit of its own, such as getaddrinfo, in a separate
 * thread. The caller waits for it until a deadline, and then continues without the result; the
 * thread is left running until the function ends. */
typedef struct vv_left vv_left;
/* Starts a thread that calls run(payload). If no thread can be started, calls run(payload) itself.
 * The thread and the caller share payload; clear(payload) is called when run has ended and the
 * caller has called vv_left_end. Returns NULL if memory runs out; clear was then called. */
vv_left *vv_left_start(void (*run)(void *payload), void (*clear)(void *payload), void *payload);
/* Waits until run has ended, the deadline (on the clock of vv_monotonic_ms) is reached, or *stopped
 * is true. stopped may be NULL. Returns true if run has ended. If it returns false, the caller must
 * not use payload. */
bool vv_left_wait(vv_left *l, uint64_t deadline_ms, const atomic_bool *stopped);
void vv_left_end(vv_left *l); /* ends the caller's use of `payload`; frees l */

/* lookup: finds the addresses of a host within a time limit. getaddrinfo(3) alone can wait half a
 * minute or more for a name server that does not answer (resolv.conf). */

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
 * freeaddrinfo. VV_ENOTFOUND: no such host, or a permanent failure of the name server.
 * VV_EIO: no answer in time, a temporary failure of the name server, or *stopped was set. */
vv_status vv_lookup_run(struct addrinfo **out, const vv_lookup *l, vv_error *err);

/* Connects to the host within `seconds` seconds. Returns the socket (close-on-exec, TCP_NODELAY,
 * non-blocking), which the caller closes, or a negative vv_status. Tries the host's addresses in
 * order; each try begins a quarter of a second after the previous one, or as soon as all previous
 * ones have failed. Uses the first address that answers. stopped: as in vv_connect_options.
 * VV_ENOTFOUND: no such host. VV_EIO: no address answers. */
int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err);
/* Waits at most `seconds` seconds until bytes can be read from fd, or the other side has closed the
 * connection. name: the peer's name for messages. VV_EIO: *stopped was set, or no byte came in
 * time; in the second case, err->silent is set. */
vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err);

#endif
