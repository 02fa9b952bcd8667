/*
 * ring: a bounded stream of bytes from one thread to another.
 *
 * One thread writes, another reads; each waits for the other, never longer than it wants to. The
 * writer ends the stream with vv_ring_end; vv_ring_stop, from either side or a third thread, breaks
 * it off: who waits returns at once. Both are free to call more than once.
 */
#ifndef VV_BASE_RING_H
#define VV_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_ring vv_ring;

vv_ring *vv_ring_new(size_t cap); /* NULL when out of memory */
void vv_ring_free(vv_ring *r);    /* it must be unused; accepts NULL */
VV_AUTO_FREE(vv_ring, vv_ring_free)

/* All of it. VV_EIO when the stream was stopped, or nothing was read for wait_ms (0: for ever). */
vv_status vv_ring_write(vv_ring *r, const void *bytes, size_t len, unsigned wait_ms, vv_error *err);

/* At least one byte; 0 at the end; VV_EIO as above. */
ssize_t vv_ring_read(vv_ring *r, void *out, size_t len, unsigned wait_ms, vv_error *err);

void vv_ring_end(vv_ring *r);
void vv_ring_stop(vv_ring *r);
bool vv_ring_stopped(vv_ring *r);

/* Waits until there is a byte to read, or the stream ended or was stopped. */
void vv_ring_wait(vv_ring *r);

#endif
