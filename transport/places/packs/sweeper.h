/*
 * sweeper: ensures that only one gc (vv_host_sweep) at a time runs in a place. Internal.
 *
 * A place has no locks. Therefore each gc writes a file with a unique name at the top of the place,
 * "gc-<32 hex>", and then lists these files. A gc that finds no other file continues. If two start
 * together, at least one finds the file of the other; if both do, the gc whose file name sorts
 * first continues after the other has given up. The file describes the process (base/holder.h). A
 * file is ignored and removed if its process has certainly ended, or if it was not written again
 * for an hour. Therefore a running gc writes its file again from time to time. Before each such
 * write, it checks that its file still exists; if not, another gc has taken its place, and it
 * stops.
 *
 * The time of a file is given by the clock of the place.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_SWEEPER_H
#define VV_TRANSPORT_PLACES_PACKS_SWEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/places/place.h"

#define VV_SWEEPER_HEX 32u /* hex digits in the name of the file */

/* A running gc. */
typedef struct vv_sweeper {
	const vv_place *place;
	const char *url;                   /* for messages; borrowed */
	char name[3 + VV_SWEEPER_HEX + 1]; /* name of its file; "": no gc runs */
	int64_t now; /* time at which the gc began, by the clock of the place */
	/* time at which the file was last written, on the clock of vv_monotonic_ms */
	uint64_t told_ms;
	unsigned times; /* number of writes of the file */
} vv_sweeper;

/* Begins a gc in the place p, and writes its file. VV_ELOCKED: another gc is running.
 * VV_ENOSUPPORT: the place does not report when files were written. */
vv_status vv_sweeper_begin(vv_sweeper *out, const vv_place *p, const char *url, vv_error *err);
/* Checks the gc's file and writes it again, if the last write is long ago or `must` is true. Call
 * this repeatedly. If s->name is "", does nothing. VV_ECONFLICT: another gc has taken the place of
 * this gc. */
vv_status vv_sweeper_go_on(vv_sweeper *s, bool must, vv_error *err);
/* Ends the gc, and removes its file. */
void vv_sweeper_end(vv_sweeper *s);
VV_AUTO_CLEAR(vv_sweeper, vv_sweeper_end)

#endif
