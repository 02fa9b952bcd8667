/*
 * sweeper: ensures that only one gc (vv_host_sweep) at a time runs in a place. Internal.
 *
 * A place has no locks. Therefore each gc writes a file with a unique name, "gc-<32 hex>", at the
 * top of the place, and then lists these files. A gc that finds no other file continues. If two
 * start together, at least one finds the file of the other. If both do, the gc whose file name
 * sorts first waits some seconds until the other has given up, and continues.
 *
 * The file describes the process of the gc (base/holder.h). A gc removes the file of another gc if
 * that process has certainly ended, or if the file was not written again for an hour. Therefore a
 * running gc writes its file again from time to time. Before each such write, it checks that its
 * file still exists; if not, another gc has removed it, and the gc stops.
 *
 * Times of files are those of the place's own clock.
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

/* Begins a gc in the place p, and writes its file. p and url are borrowed until vv_sweeper_end.
 * VV_ELOCKED: another gc is running. VV_ENOSUPPORT or VV_EREFUSED: the place does not allow
 * listing. VV_ENOSUPPORT also: the place does not report when files were written. */
vv_status vv_sweeper_begin(vv_sweeper *out, const vv_place *p, const char *url, vv_error *err);
/* If `must` is true, or the last write was more than five minutes ago, checks that the gc's file
 * still exists, and writes it again. Call this repeatedly. If s->name is "", does nothing.
 * VV_ECONFLICT: another gc has removed the file. */
vv_status vv_sweeper_go_on(vv_sweeper *s, bool must, vv_error *err);
/* Ends the gc, and removes its file. Ignores failures. */
void vv_sweeper_end(vv_sweeper *s);
VV_AUTO_CLEAR(vv_sweeper, vv_sweeper_end)

#endif
