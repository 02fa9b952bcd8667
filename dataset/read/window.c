/*
 * window: how slabs are laid out: headroom in front, so that the unfinished tail of
 * one slab can be put before the bytes that were read ahead into the next.
 */
#include "dataset/read/window.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"

/* Tails longer than this are copied together with the new bytes. Groups are about
 * 32 KB, so that nearly every tail fits. */
#define HEADROOM (256u << 10)

/* Two of these and their results fit in a core's cache. Where more is requested, up to VV_WINDOW_FIRST is read
 * at once. */
#define PIECE ((size_t)256 << 10)

struct vv_slab {
	char *bytes;
	size_t cap;
	unsigned refs; /* touched by the window's thread only */
	vv_slab *next; /* in the free list */
};

/* With fewer other threads nothing is read ahead: what one of them reads it does not encode, and the
 * bytes come from the other core's cache. */
#define READERS_LEAST 2u

/* One read that may run in a pool's thread. */
typedef struct ahead {
	vv_job job;
	const vv_source *source;
	vv_slab *slab;
	size_t want, got;
	bool end;
	vv_status status;
	vv_error err;
} ahead;

struct vv_window {
	const vv_source *source;
	vv_pool *pool; /* reads ahead; NULL: pieces are read when they are wanted */
	vv_slab *slab; /* contains the visible bytes; NULL before the first */
	const char *p;
	size_t len;    /* that are visible */
	size_t hidden; /* behind them: what may be the tail, and at the end is */
	size_t keep;   /* longest tail; 0: none */
	vv_window_tail_fn tail;
	void *tail_payload;
	uint64_t origin;
	bool source_end; /* the source ends with the bytes of `next` */
	ahead next;
	bool reading; /* next is under way or waiting to be used */
	vv_slab *spare;
};

static vv_slab *slab_new(vv_window *w, size_t cap)
{
	vv_slab *s = w->spare;
	if (s && s->cap >= cap) {
		w->spare = s->next;
		s->refs = 1;
		return s;
	}
	s = vv_malloc(sizeof(*s));
	if (!s) return NULL;
	*s = (vv_slab){.bytes = vv_malloc(cap), .cap = cap, .refs = 1};
	if (!s->bytes) {
		vv_free(s);
		return NULL;
	}
	return s;
}

static void slab_free(vv_slab *s)
{
	vv_free_all(s->bytes, s);
}

void vv_slab_drop(vv_window *w, vv_slab *s)
{
	if (!s) return;
	assert(s->refs > 0);
	if (--s->refs > 0) return;
	if (s->cap <= HEADROOM + VV_WINDOW_FIRST) {
		s->next = w->spare;
		w->spare = s;
		return;
	}
	slab_free(s);
}

vv_slab *vv_window_hold(vv_window *w)
{
	w->slab->refs++;
	return w->slab;
}

/* Reads len bytes, or up to the source's end. */
static vv_status read_full(const vv_source *source, char *out, size_t len, size_t *got, bool *end,
			   vv_error *err)
{
	*got = 0;
	*end = false;
	while (*got < len) {
		ssize_t n = source->read(source->payload, out + *got, len - *got, err);
		if (n < 0) return (vv_status)n;
		if (n == 0) {
			*end = true;
			break;
		}
		*got += (size_t)n;
	}
	return VV_OK;
}

static void ahead_run(vv_job *job, unsigned worker)
{
	ahead *a = (ahead *)(void *)job;
	(void)worker;
	a->status = read_full(a->source, a->slab->bytes + HEADROOM, a->want, &a->got, &a->end,
			      &a->err);
}

/* Starts reading want bytes, in a thread if possible. */
static vv_status ahead_start(vv_window *w, size_t want, vv_error *err)
{
	if (w->reading || w->source_end) return VV_OK;
	vv_slab *s = slab_new(w, HEADROOM + want);
	if (!s) return vv_fail_nomem(err);
	w->next = (ahead){.job = {.run = ahead_run}, .source = w->source, .slab = s, .want = want};
	w->reading = true;
	if (w->pool) {
		vv_pool_submit(w->pool, &w->next.job);
	} else {
		ahead_run(&w->next.job, 0);
	}
	return VV_OK;
}

/* Waits for the piece that was started, or reads `want` bytes; *slab gets them (owned), got bytes after
 * its headroom. */
static vv_status ahead_take(vv_window *w, size_t want, vv_slab **slab, size_t *got, vv_error *err)
{
	vv_status rc = ahead_start(w, want, err);
	if (rc < 0) return rc;
	if (w->pool) {
		vv_pool_wait(w->pool, &w->next.job);
	}
	w->reading = false;
	if (w->next.status < 0) {
		vv_slab_drop(w, w->next.slab);
		return vv_error_copy(err, &w->next.err);
	}
	w->source_end = w->next.end;
	*slab = w->next.slab;
	*got = w->next.got;
	return VV_OK;
}

vv_status vv_window_open(vv_window **out, const vv_source *source, vv_pool *pool, vv_error *err)
{
	vv_window *w = vv_calloc(1, sizeof(*w));
	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	*w = (vv_window){.source = source,
			 .pool = pool && vv_pool_threads(pool) >= READERS_LEAST ? pool : NULL,
			 .p = ""};
	*out = w;
	return VV_OK;
}

void vv_window_close(vv_window *w)
{
	if (!w) return;
	if (w->reading) {
		if (w->pool) {
			vv_pool_wait(w->pool, &w->next.job);
		}
		vv_slab_drop(w, w->next.slab);
	}
	vv_slab_drop(w, w->slab);
	while (w->spare) {
		vv_slab *s = w->spare;
		w->spare = s->next;
		slab_free(s);
	}
	vv_free(w);
}

/* Puts the tail and `got` bytes of `piece` into one slab; takes piece over. */
static vv_status join_slabs(vv_window *w, vv_slab *piece, size_t got, vv_error *err)
{
	if (w->len <= HEADROOM) {
		char *p = piece->bytes + HEADROOM - w->len;
		memcpy(p, w->p, w->len);
		vv_slab_drop(w, w->slab);
		w->slab = piece;
		w->p = p;
		w->len += got;
		return VV_OK;
	}
	/* A long row: room for as much again, so that copying stays linear. */
	size_t used = (size_t)(w->p - w->slab->bytes);
	if (w->slab->refs == 1 && w->slab->cap - used - w->len >= got) {
		memcpy(w->slab->bytes + used + w->len, piece->bytes + HEADROOM, got);
		w->len += got;
		vv_slab_drop(w, piece);
		return VV_OK;
	}
	vv_slab *big = slab_new(w, 2 * w->len + 2 * VV_WINDOW_FIRST);
	if (!big) {
		vv_slab_drop(w, piece);
		return vv_fail_nomem(err);
	}
	memcpy(big->bytes, w->p, w->len);
	memcpy(big->bytes + w->len, piece->bytes + HEADROOM, got);
	vv_slab_drop(w, w->slab);
	vv_slab_drop(w, piece);
	w->slab = big;
	w->p = big->bytes;
	w->len += got;
	return VV_OK;
}

void vv_window_show_tail(vv_window *w)
{
	w->len += w->hidden;
	w->hidden = w->keep = 0;
}

size_t vv_window_tail_len(const vv_window *w)
{
	return w->hidden;
}

/* All that is here is visible; hides what may be the tail. */
static vv_status hide_tail(vv_window *w, vv_error *err)
{
	const size_t most = w->len < w->keep ? w->len : w->keep;
	vv_status rc = VV_OK;

	w->hidden = most;
	if (w->keep > 0 && vv_window_at_end(w)) {
		rc = w->tail(w->tail_payload, w->p + w->len - most, most,
			     w->origin == 0 && most == w->len, &w->hidden, err);
		assert(rc < 0 || w->hidden <= most);
	}
	w->len -= w->hidden;
	return rc;
}

vv_status vv_window_hide_tail(vv_window *w, size_t keep, vv_window_tail_fn fn, void *payload,
			      vv_error *err)
{
	assert(w->origin == 0 && w->keep == 0);
	w->keep = keep;
	w->tail = fn;
	w->tail_payload = payload;
	return w->slab ? hide_tail(w, err) : VV_OK;
}

static size_t piece_for(size_t more)
{
	if (more < PIECE) return PIECE;
	return more < VV_WINDOW_FIRST ? more : VV_WINDOW_FIRST;
}

vv_status vv_window_fill(vv_window *w, size_t want, vv_error *err)
{
	while (w->len < want && !vv_window_at_end(w)) {
		vv_slab *piece = NULL;
		size_t got = 0;
		size_t more = piece_for(want - w->len) + (w->slab ? 0 : w->keep);
		if (!w->slab && w->source->size > 0 && w->source->size < more) {
			more = (size_t)w->source->size + 1; /* which shows the end */
		}
		vv_status rc = ahead_take(w, more, &piece, &got, err);
		if (rc < 0) return rc;
		w->len += w->hidden;
		w->hidden = 0;
		if ((rc = join_slabs(w, piece, got, err)) < 0 ||
		    (w->pool && (rc = ahead_start(w, PIECE, err)) < 0) ||
		    (rc = hide_tail(w, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

const char *vv_window_bytes(const vv_window *w)
{
	return w->p;
}

size_t vv_window_len(const vv_window *w)
{
	return w->len;
}

bool vv_window_at_end(const vv_window *w)
{
	return w->source_end && !w->reading;
}

uint64_t vv_window_origin(const vv_window *w)
{
	return w->origin;
}

void vv_window_consume(vv_window *w, size_t len)
{
	assert(len <= w->len);
	w->p += len;
	w->len -= len;
	w->origin += len;
}
