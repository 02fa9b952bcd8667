/*
 * at_once: several things that wait (requests to a place), so that the way there counts once and not for each. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_AT_ONCE_H
#define VV_TRANSPORT_PLACES_AT_ONCE_H

#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"

/* The i-th of them. Called by several threads at once; after a failure no further one is begun. */
typedef vv_status (*vv_at_once_fn)(void *payload, size_t i, vv_error *err);

typedef struct vv_at_once {
	unsigned threads; /* at most, this one included */
	size_t count;
	vv_at_once_fn fn;
	void *payload;
	const vv_progress *progress; /* or NULL: how many were begun */
	const char *what;            /* for progress */
} vv_at_once;

/* All of them, in about their order. The first failure. Where no thread can be had, by fewer. */
vv_status vv_at_once_run(const vv_at_once *all, vv_error *err);

#endif
