/*
 * window: an input read ahead in large pieces, as one sliding run of bytes.
 *
 * The bytes are private copies (never a mapping): hash, scan and encode read the same ones.
 * Returned bytes stay valid while their slab is held, also after the window has moved on. One
 * thread; a pool that has some threads reads ahead.
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

/* So much of its beginning is looked at before the rows of an input are read. */
#define VV_WINDOW_FIRST (1u << 20)

typedef struct vv_slab vv_slab;
typedef struct vv_window vv_window;

/* pool may be NULL: reads on demand. source must outlive the window. */
vv_status vv_window_open(vv_window **out, const vv_source *source, vv_pool *pool, vv_error *err);
void vv_window_close(vv_window *w); /* waits for a read that is under way; accepts NULL */
VV_AUTO_FREE(vv_window, vv_window_close)

/* The number of bytes at the input's end that do not belong to it, but to its tail. bytes: its last ones, `keep` of them if
 * it has that many (whole: it has fewer). */
typedef vv_status (*vv_window_tail_fn)(void *payload, const char *bytes, size_t len, bool whole,
				       size_t *tail, vv_error *err);
/* Before anything is consumed: the tail, which fn finds when the end has come, stays hidden. */
vv_status vv_window_hide_tail(vv_window *w, size_t keep, vv_window_tail_fn fn, void *payload,
			      vv_error *err);
/* Makes the hidden tail visible again: it was not one. */
void vv_window_show_tail(vv_window *w);
/* The bytes that are hidden, once vv_window_at_end; they follow the visible ones. */
size_t vv_window_tail_len(const vv_window *w);

/* Makes at least `want` bytes visible, or all that is left of the input. */
vv_status vv_window_fill(vv_window *w, size_t want, vv_error *err);

const char *vv_window_bytes(const vv_window *w); /* the first unconsumed byte */
size_t vv_window_len(const vv_window *w);
bool vv_window_at_end(const vv_window *w);     /* nothing follows the visible bytes */
uint64_t vv_window_origin(const vv_window *w); /* offset of vv_window_bytes in the input */
void vv_window_consume(vv_window *w, size_t len);

/* Keeps the visible bytes in memory until vv_slab_drop. */
vv_slab *vv_window_hold(vv_window *w);
void vv_slab_drop(vv_window *w, vv_slab *slab);

#endif
