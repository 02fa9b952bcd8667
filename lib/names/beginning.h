/*
 * beginning: collects the first bytes of a file or of a program's output.
 */
#ifndef VV_LIB_NAMES_BEGINNING_H
#define VV_LIB_NAMES_BEGINNING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* The collected bytes. The caller initialises it with {.most = ...}. */
typedef struct vv_beginning {
	size_t most; /* maximum number of bytes to collect */
	vv_buf bytes;
	bool more; /* the input has more than `most` bytes */
} vv_beginning;

void vv_beginning_clear(vv_beginning *b); /* frees the bytes */
VV_AUTO_CLEAR(vv_beginning, vv_beginning_clear)

/* Appends the len bytes to `beginning`, a vv_beginning, as far as there is room. Serves as a
 * vv_bytes_fn and as vv_run.take. VV_EREFUSED: the input has more than `most` bytes; `more` is then
 * true, and `bytes` has the first `most` bytes. The caller ignores this error, which only ends the
 * reading. */
vv_status vv_beginning_take(void *beginning, const void *bytes, size_t len, vv_error *err);

#endif
