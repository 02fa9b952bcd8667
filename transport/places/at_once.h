/*
 * at_once: runs several calls in parallel, such as requests to a place, so that the times that they
 * wait do not add up. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_AT_ONCE_H
#define VV_TRANSPORT_PLACES_AT_ONCE_H

#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"

/* Runs call i, from 0. Several threads call this function at the same time. After a failure, no
 * further call begins. */
typedef vv_status (*vv_at_once_fn)(void *payload, size_t i, vv_error *err);

/* The calls to run. */
typedef struct vv_at_once {
	unsigned threads; /* maximum number of threads, including this one; at most 32 are used */
	size_t count;     /* number of calls */
	vv_at_once_fn fn;
	void *payload;
	const vv_progress *progress; /* counts the calls that were begun; may be NULL */
	const char *what;            /* name of the work, for progress */
} vv_at_once;

/* Runs the calls of `all`; they begin in order. Returns when all begun calls have ended, and
 * returns the first failure. If threads cannot be started, uses fewer. */
vv_status vv_at_once_run(const vv_at_once *all, vv_error *err);

#endif
