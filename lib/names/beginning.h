/*
 * beginning: the first bytes of a subject's file or of a program's output.
 */
#ifndef VV_LIB_NAMES_BEGINNING_H
#define VV_LIB_NAMES_BEGINNING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* What vv_beginning_take has taken. Initialise with {.most = ...}. */
typedef struct vv_beginning {
	size_t most; /* so many bytes are taken */
	vv_buf bytes;
	bool more; /* there are more than `most` */
} vv_beginning;

void vv_beginning_clear(vv_beginning *b); /* frees the bytes */
VV_AUTO_CLEAR(vv_beginning, vv_beginning_clear)

/* Appends the bytes to `beginning`, a vv_beginning; usable as a vv_bytes_fn and as vv_run.take. Once there are more than
 * beginning->most, it sets beginning->more and fails, so that no further bytes are read; the caller ignores that error. */
vv_status vv_beginning_take(void *beginning, const void *bytes, size_t len, vv_error *err);

#endif
