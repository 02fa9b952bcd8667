/*
 * nearby: finds machines in the local network that serve the same repository, by DNS-SD.
 *
 * `varve serve --http --announce` publishes a service of type _varve._tcp with the program
 * avahi-publish. The subtype of the service is a hash of the owner's key and the repository's name.
 * A repository with `varve.discover lan` searches for this subtype with avahi-browse, for
 * VV_NEARBY_MS, or VV_NEARBY_ALONE_MS. The machines that answer are not trusted: blocks from them are verified by hash,
 * and only signed versions are accepted.
 *
 *	vv_auto(vv_nearby) n = {.child = {.pid = 0}};
 *	vv_nearby_ask(&n, r, err);
 *	...
 *	vv_nearby_take(&n, false, err);
 *	while ((url = vv_named_mirror(&n.found, url))) ...
 */
#ifndef VV_LIB_HEADS_NEARBY_H
#define VV_LIB_HEADS_NEARBY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/named.h"
#include "repo/git/program.h"

#define VV_NEARBY_MS 300u        /* duration of a search in milliseconds */
#define VV_NEARBY_ALONE_MS 2000u /* of a patient one, until its first result */
#define VV_NEARBY_MAX 8u         /* maximum number of machines that are used */
#define VV_NEARBY_HASH 32u       /* hexadecimal digits of the hash */

/* One value = one search. */
typedef struct vv_nearby {
	vv_child child; /* the program avahi-browse; pid 0: no search is running */
	uint64_t until; /* end of the search, by vv_monotonic_ms */
	vv_named found; /* result: URLs of the machines, as mirrors */
} vv_nearby;

/* Starts a search for the repository of r, unless varve.discover is unset or off, or no owner is
 * pinned (trust.h). VV_EUSAGE: the setting has an unknown value. VV_EPROGRAM: avahi-browse is not
 * installed. */
vv_status vv_nearby_ask(vv_nearby *n, vv_repository *r, vv_error *err);
/* Waits until the search ends, and sets n->found. Does nothing if no search is running. patient: a
 * search without a result continues: no other copy is known, or only copies behind a relay. VV_EIO:
 * avahi-browse failed; the message has the reason. */
vv_status vv_nearby_take(vv_nearby *n, bool patient, vv_error *err);
void vv_nearby_clear(vv_nearby *n);
VV_AUTO_CLEAR(vv_nearby, vv_nearby_clear)

/* Parses len bytes of `text`, the output of `avahi-browse --parsable --resolve`, and adds up to
 * VV_NEARBY_MAX URLs to out->mirrors; other lines are ignored. VV_ENOMEM is the only failure. */
vv_status vv_nearby_read(vv_named *out, const char *text, size_t len, vv_error *err);

/* Starts a program as *child that announces the repository r, which this machine serves at `port`
 * and `path` (such as "/sales"). It runs until vv_child_stop, or until the calling thread ends.
 * VV_ENOTFOUND: r trusts no signed head, so the repository has no name. VV_EPROGRAM: avahi-publish
 * is not installed. */
vv_status vv_nearby_announce(vv_child *child, vv_repository *r, const char *port, const char *path,
			     vv_error *err);

#endif
