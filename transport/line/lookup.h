/*
 * lookup: the addresses of a host, within a limit of time.
 *
 * getaddrinfo(3) has none: with a name server that is silent it takes the time of resolv.conf, half a minute and
 * more. So it runs in a thread of its own, which is left behind when the time is over.
 */
#ifndef VV_TRANSPORT_LINE_LOOKUP_H
#define VV_TRANSPORT_LINE_LOOKUP_H

#include <netdb.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

/* getaddrinfo(3), or what a test has in its place. */
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

#endif
