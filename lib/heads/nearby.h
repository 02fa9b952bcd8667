/*
 * nearby: finds machines of the local network that serve the same data set, by DNS-SD.
 *
 * `varve serve --http --announce` publishes a service of the type _varve._tcp, whose subtype is a hash of the owner's key and
 * the data set's name, by the program avahi-publish. A repository with `varve.discover lan` searches for that hash with
 * avahi-browse, for VV_NEARBY_MS. Machines that answer are not trusted: their blocks are hashed, and only signed versions are
 * accepted.
 *
 *	vv_auto(vv_nearby) n = {.child = {.pid = 0}};
 *	vv_nearby_ask(&n, r, err);
 *	...
 *	vv_nearby_take(&n, err);
 *	while ((url = vv_named_mirror(&n.found, url))) ...
 */
#ifndef VV_LIB_HEADS_NEARBY_H
#define VV_LIB_HEADS_NEARBY_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/named.h"
#include "repo/git/program.h"

#define VV_NEARBY_MS 300u
#define VV_NEARBY_MAX 8u /* used at most */
#define VV_NEARBY_HASH 32u

typedef struct vv_nearby {
	vv_child child; /* pid 0: no search runs */
	uint64_t until; /* by vv_monotonic_ms */
	vv_named found; /* its mirrors */
} vv_nearby;

/* Starts the search. Does nothing without the setting or a pinned owner. VV_EUSAGE: the setting has another value;
 * VV_EPROGRAM: avahi-browse is not installed. */
vv_status vv_nearby_ask(vv_nearby *n, vv_repository *r, vv_error *err);
/* Waits for the rest of the time, and fills found. VV_EIO: avahi-browse failed; its reason. */
vv_status vv_nearby_take(vv_nearby *n, vv_error *err);
void vv_nearby_clear(vv_nearby *n);
VV_AUTO_CLEAR(vv_nearby, vv_nearby_clear)

/* The URLs in what `avahi-browse --parsable --resolve` prints, at most VV_NEARBY_MAX; lines that are none of ours are passed
 * over. Only memory may be short. */
vv_status vv_nearby_read(vv_named *out, const char *text, size_t len, vv_error *err);

/* Starts a program that announces the repository, served by this machine at port and path ("/sales"), until it is stopped (vv_child_stop),
 * or the calling thread ends. VV_ENOTFOUND: no signed head is trusted here, so it has no name; VV_EPROGRAM. */
vv_status vv_nearby_announce(vv_child *child, vv_repository *r, const char *port, const char *path,
			     vv_error *err);

#endif
