/*
 * sweeper: ensures that one gc at a time runs in a place. Internal.
 *
 * A place has no locks. So each gc puts a file with a name of its own at the top, "gc-<32 hex>", and then lists: a gc
 * that finds no other continues, and of two that start together at least one finds the other. If both do, the one whose
 * name sorts first waits for the other, which gives up. The file has the line of a process (base/holder.h): a file whose
 * process is certainly dead, or that was not written again for an hour, is ignored and removed. So a running gc writes
 * it again sometimes, and checks first that it still exists: if not, another gc has replaced it, and it stops.
 *
 * The file's time is the time by the place's clock.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_SWEEPER_H
#define VV_TRANSPORT_PLACES_PACKS_SWEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/places/place.h"

#define VV_SWEEPER_HEX 32u

/* name empty: no gc runs. */
typedef struct vv_sweeper {
	const vv_place *place;
	const char *url; /* for messages; borrowed */
	char name[3 + VV_SWEEPER_HEX + 1];
	int64_t now;      /* when it began, by the place's clock */
	uint64_t told_ms; /* when the file was written last */
	unsigned times;
} vv_sweeper;

/* VV_ELOCKED: another gc is at work. VV_ENOSUPPORT: the place does not report when its files were written. */
vv_status vv_sweeper_begin(vv_sweeper *out, const vv_place *p, const char *url, vv_error *err);
/* Checks the file and writes it again, if that is due or if must is true. Call it repeatedly. VV_ECONFLICT: another gc
 * has replaced this one. A sweeper without a name: VV_OK. */
vv_status vv_sweeper_go_on(vv_sweeper *s, bool must, vv_error *err);
void vv_sweeper_end(vv_sweeper *s);
VV_AUTO_CLEAR(vv_sweeper, vv_sweeper_end)

#endif
