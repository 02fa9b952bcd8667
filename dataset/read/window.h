/*
 * window: reads an input in large pieces, and provides a range of its bytes as contiguous memory.
 * The caller moves this range, the window, forward.
 *
 * The bytes are private copies, never a mapping, so that hashing, scanning and encoding read the
 * same bytes even if the file changes. vv_window_hold keeps bytes valid after the window has moved.
 * Only one thread may use a window. A pool of several threads reads the input ahead.
 */
#ifndef VV_DATASET_READ_WINDOW_H
#define VV_DATASET_READ_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/thread.h"
#include "dataset/read/source.h"

/* How many bytes at the beginning of an input are examined before its rows are read. */
#define VV_WINDOW_FIRST (1u << 20)

typedef struct vv_slab vv_slab; /* memory that contains bytes of the window */
typedef struct vv_window vv_window;

/* Opens a window. source must outlive the window. pool: the threads that read ahead; NULL or a pool
 * of one thread: the input is read on demand. */
vv_status vv_window_open(vv_window **out, const vv_source *source, vv_pool *pool, vv_error *err);
void vv_window_close(vv_window *w); /* waits for a running read; accepts NULL */
VV_AUTO_FREE(vv_window, vv_window_close)

/* Sets *tail to the length of the tail: the bytes at the end of the input that are not read as
 * rows. bytes: the last len bytes of the input; len is at most `keep` of vv_window_hide_tail.
 * whole: they are the whole input. *tail must be at most len. */
typedef vv_status (*vv_window_tail_fn)(void *payload, const char *bytes, size_t len, bool whole,
				       size_t *tail, vv_error *err);
/* Makes the window end before the tail of the input, which has at most `keep` bytes. fn is called
 * when the end of the input is read, and returns the tail's length. Call this before any byte is
 * consumed. */
vv_status vv_window_hide_tail(vv_window *w, size_t keep, vv_window_tail_fn fn, void *payload,
			      vv_error *err);
/* Cancels vv_window_hide_tail: the tail becomes part of the visible bytes. */
void vv_window_show_tail(vv_window *w);
/* Returns the length of the tail, which follows the visible bytes. Valid once vv_window_at_end
 * returns true. */
size_t vv_window_tail_len(const vv_window *w);

/* Reads until at least `want` bytes are visible, or the input ends. */
vv_status vv_window_fill(vv_window *w, size_t want, vv_error *err);

/* Returns the visible bytes; borrowed until the next vv_window_fill. */
const char *vv_window_bytes(const vv_window *w);
size_t vv_window_len(const vv_window *w); /* returns the number of visible bytes */
/* Returns true if only the tail follows the visible bytes. */
bool vv_window_at_end(const vv_window *w);
/* Returns the offset in the input of the first visible byte. */
uint64_t vv_window_origin(const vv_window *w);
/* Moves the beginning of the visible bytes forward by len bytes. */
void vv_window_consume(vv_window *w, size_t len);

/* Returns the slab with the visible bytes. They remain valid until the caller passes the slab to
 * vv_slab_drop, even if the window has moved, but not after vv_window_close. Call vv_window_fill
 * before. */
vv_slab *vv_window_hold(vv_window *w);
/* Releases a slab that vv_window_hold returned; accepts NULL. */
void vv_slab_drop(vv_window *w, vv_slab *slab);

#endif
