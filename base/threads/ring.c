/*
 * ring: a buffer in a circle under one lock; both sides wait on one condition, since only
 * one of them can be waiting at a time.
 */
#include "base/threads/ring.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/os.h"
#include "base/show.h"
#include "base/sys.h"

struct vv_ring {
	pthread_mutex_t lock;
	pthread_cond_t moved; /* something was written or read, or it ended */
	char *bytes;
	size_t cap, start, len;
	bool ended, stopped;
};

vv_ring *vv_ring_new(size_t cap)
{
	vv_ring *r = vv_calloc(1, sizeof(*r));

	if (!r) return NULL;
	*r = (vv_ring){.bytes = vv_malloc(cap), .cap = cap};
	if (r->bytes && pthread_mutex_init(&r->lock, NULL) == 0) {
		if (vv_os_condition_init(&r->moved)) return r;
		(void)pthread_mutex_destroy(&r->lock);
	}
	vv_free_all(r->bytes, r);
	return NULL;
}

void vv_ring_free(vv_ring *r)
{
	if (r) {
		(void)pthread_cond_destroy(&r->moved);
		(void)pthread_mutex_destroy(&r->lock);
		vv_free_all(r->bytes, r);
	}
}

/* The time at which a wait ends; 0: never. */
static uint64_t end_of_wait(unsigned wait_ms)
{
	return wait_ms == 0 ? 0 : vv_monotonic_ms() + wait_ms;
}

/* what: the step that the other side did not do. */
static vv_status broken_connection(vv_error *err, const char *what, bool stopped, unsigned wait_ms)
{
	if (stopped) return vv_fail(err, VV_EIO, "the connection was closed");
	return vv_fail(err, VV_EIO, "the other side %s nothing for %s", what,
		       vv_text_counted((wait_ms + 999) / 1000, "second", NULL));
}

static size_t write_bytes(vv_ring *r, const char *bytes, size_t len)
{
	size_t at = (r->start + r->len) % r->cap;
	size_t room = r->cap - r->len;

	len = len < room ? len : room;
	size_t first = len < r->cap - at ? len : r->cap - at;
	memcpy(r->bytes + at, bytes, first);
	memcpy(r->bytes, bytes + first, len - first);
	r->len += len;
	return len;
}

static size_t read_bytes(vv_ring *r, char *out, size_t len)
{
	len = len < r->len ? len : r->len;
	size_t first = len < r->cap - r->start ? len : r->cap - r->start;
	memcpy(out, r->bytes + r->start, first);
	memcpy(out + first, r->bytes, len - first);
	r->start = (r->start + len) % r->cap;
	r->len -= len;
	return len;
}

vv_status vv_ring_write(vv_ring *r, const void *bytes, size_t len, unsigned wait_ms, vv_error *err)
{
	const char *p = bytes;
	uint64_t end = end_of_wait(wait_ms);
	vv_status rc = VV_OK;

	(void)pthread_mutex_lock(&r->lock);
	while (len > 0 && rc == VV_OK) {
		if (r->stopped || r->ended) {
			rc = broken_connection(err, "read", true, wait_ms);
		} else if (r->len < r->cap) {
			size_t n = write_bytes(r, p, len);

			p += n;
			len -= n;
			(void)pthread_cond_broadcast(&r->moved);
			end = end_of_wait(wait_ms);
		} else if (!vv_os_condition_wait(&r->moved, &r->lock, end) && r->len == r->cap) {
			rc = broken_connection(err, "read", r->stopped, wait_ms);
		}
	}
	(void)pthread_mutex_unlock(&r->lock);
	return rc;
}

ssize_t vv_ring_read(vv_ring *r, void *out, size_t len, unsigned wait_ms, vv_error *err)
{
	uint64_t end = end_of_wait(wait_ms);
	ssize_t n = -1;

	(void)pthread_mutex_lock(&r->lock);
	while (n < 0) {
		if (r->stopped) {
			n = broken_connection(err, "sent", true, wait_ms);
			break;
		}
		if (r->len > 0) {
			n = (ssize_t)read_bytes(r, out, len);
			(void)pthread_cond_broadcast(&r->moved);
		} else if (r->ended) {
			n = 0;
		} else if (!vv_os_condition_wait(&r->moved, &r->lock, end) && r->len == 0 &&
			   !r->ended) {
			n = broken_connection(err, "sent", r->stopped, wait_ms);
			break;
		}
	}
	(void)pthread_mutex_unlock(&r->lock);
	return n;
}

static void set_flag(vv_ring *r, bool *flag)
{
	(void)pthread_mutex_lock(&r->lock);
	*flag = true;
	(void)pthread_cond_broadcast(&r->moved);
	(void)pthread_mutex_unlock(&r->lock);
}

void vv_ring_end(vv_ring *r)
{
	set_flag(r, &r->ended);
}

void vv_ring_stop(vv_ring *r)
{
	set_flag(r, &r->stopped);
}

bool vv_ring_stopped(vv_ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	bool stopped = r->stopped;
	(void)pthread_mutex_unlock(&r->lock);
	return stopped;
}

void vv_ring_wait(vv_ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	while (r->len == 0 && !r->ended && !r->stopped) {
		(void)vv_os_condition_wait(&r->moved, &r->lock, 0);
	}
	(void)pthread_mutex_unlock(&r->lock);
}
