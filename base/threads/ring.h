/*
 * ring: passes a stream of bytes from one thread to another through a buffer of fixed size.
 *
 * One thread writes and another thread reads. The writer waits while the ring is full, and the reader
 * waits while the ring is empty, each up to a time limit. The writer ends the stream with vv_ring_end.
 * Any thread can abort the stream with vv_ring_stop: waiting calls then return at once. vv_ring_end
 * and vv_ring_stop may be called more than once.
 */
#ifndef VV_BASE_THREADS_RING_H
#define VV_BASE_THREADS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_ring vv_ring;

vv_ring *vv_ring_new(size_t cap); /* a ring of cap bytes, at least 1; NULL: out of memory */
void vv_ring_free(vv_ring *r);    /* no thread may still use the ring; accepts NULL */
VV_AUTO_FREE(vv_ring, vv_ring_free)

/* Writes all len bytes. VV_EIO: the stream was stopped or ended, or the reader read nothing for
 * wait_ms milliseconds (0: waits without limit); some of the bytes may then have been written. */
vv_status vv_ring_write(vv_ring *r, const void *bytes, size_t len, unsigned wait_ms, vv_error *err);

/* Reads at least one and at most len bytes, len being at least 1, into out. Returns the number
 * of bytes read, 0 at the end of the stream, or a negative status. VV_EIO: the stream was
 * stopped, or the writer wrote nothing for wait_ms milliseconds (0: waits without limit). */
ssize_t vv_ring_read(vv_ring *r, void *out, size_t len, unsigned wait_ms, vv_error *err);

/* Ends the stream. The reader can still read the bytes in the ring. */
void vv_ring_end(vv_ring *r);
void vv_ring_stop(vv_ring *r);    /* aborts the stream: all reads and writes then fail */
bool vv_ring_stopped(vv_ring *r); /* true if vv_ring_stop was called */

/* Waits until the ring has a byte to read, or the stream was ended or stopped. */
void vv_ring_wait(vv_ring *r);

#endif
