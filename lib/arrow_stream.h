/*
 * arrow_stream: arrays, made one after the other, as a stream of the Arrow C stream interface.
 */
#ifndef VV_LIB_ARROW_STREAM_H
#define VV_LIB_ARROW_STREAM_H

#include "lib/arrow/column.h"

/* What makes the arrays. */
typedef struct vv_arrow_source {
	bool (*schema)(const void *at, struct ArrowSchema *out); /* false: there is no memory */
	/* At the end *out has no release. */
	vv_status (*next)(void *at, struct ArrowArray *out, vv_error *err);
	const vv_arrow_misfits *(*misfits)(const void *at);
	void (*release)(void *at);
} vv_arrow_source;

/* A stream in the caller's memory, and what it finds (status NULL: not asked for). Takes at, in any case; the source is
 * borrowed for ever. */
vv_status vv_arrow_stream_open(struct ArrowArrayStream *out, varve_arrow_status **status,
			       const vv_arrow_source *source, void *at, vv_error *err);

#endif
