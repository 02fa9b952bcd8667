/*
 * memo: where an entry is, and which one goes.
 */
#include "cmd/web/model/memo.h"

#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "base/thread.h"

#define BUCKETS 1024u

typedef struct entry {
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* by last use */
	uint64_t hash;
	size_t key_len, len;
	char bytes[]; /* key, then what is remembered */
} entry;

struct vv_web_memo {
	vv_mutex *lock;
	size_t bytes, bytes_max;
	entry *buckets[BUCKETS];
	entry *newest, *oldest;
};

vv_web_memo *vv_web_memo_new(size_t bytes_max)
{
	vv_web_memo *m = vv_calloc(1, sizeof(*m));

	if (m && !(m->lock = vv_mutex_new())) {
		vv_free(m);
		return NULL;
	}
	if (m) {
		m->bytes_max = bytes_max;
	}
	return m;
}

static size_t size_of(const entry *e)
{
	return sizeof(*e) + e->key_len + e->len;
}

static void unlink_use(vv_web_memo *m, entry *e)
{
	*(e->newer ? &e->newer->older : &m->newest) = e->older;
	*(e->older ? &e->older->newer : &m->oldest) = e->newer;
}

static void link_newest(vv_web_memo *m, entry *e)
{
	e->newer = NULL;
	e->older = m->newest;
	*(m->newest ? &m->newest->newer : &m->oldest) = e;
	m->newest = e;
}

static void drop(vv_web_memo *m, entry *e)
{
	entry **at = &m->buckets[e->hash % BUCKETS];

	while (*at != e) {
		at = &(*at)->next;
	}
	*at = e->next;
	unlink_use(m, e);
	m->bytes -= size_of(e);
	vv_free(e);
}

static entry *find(vv_web_memo *m, uint64_t hash, const vv_buf *key)
{
	entry *e = m->buckets[hash % BUCKETS];

	while (e && (e->hash != hash || e->key_len != key->len ||
		     memcmp(e->bytes, key->data, key->len) != 0)) {
		e = e->next;
	}
	return e;
}

bool vv_web_memo_get(vv_web_memo *m, const vv_buf *key, vv_buf *out)
{
	if (!m || key->failed || key->len == 0) return false;
	uint64_t hash = vv_xxh3(key->data, key->len, 0);
	vv_mutex_lock(m->lock);
	entry *e = find(m, hash, key);
	if (e) {
		unlink_use(m, e);
		link_newest(m, e);
		vv_buf_put(out, e->bytes + e->key_len, e->len);
	}
	vv_mutex_unlock(m->lock);
	return e && !out->failed;
}

void vv_web_memo_put(vv_web_memo *m, const vv_buf *key, const void *bytes, size_t len)
{
	entry *e;

	if (!m || key->failed || key->len == 0 || len > m->bytes_max / 8) return;
	if (!(e = vv_malloc(sizeof(*e) + key->len + len))) return;
	e->hash = vv_xxh3(key->data, key->len, 0);
	e->key_len = key->len;
	e->len = len;
	memcpy(e->bytes, key->data, key->len);
	if (len > 0) {
		memcpy(e->bytes + key->len, bytes, len);
	}
	vv_mutex_lock(m->lock);
	entry *before = find(m, e->hash, key);
	if (before) { /* too old, or of a visit that was faster */
		drop(m, before);
	}
	e->next = m->buckets[e->hash % BUCKETS];
	m->buckets[e->hash % BUCKETS] = e;
	link_newest(m, e);
	m->bytes += size_of(e);
	while (m->bytes > m->bytes_max) {
		drop(m, m->oldest);
	}
	vv_mutex_unlock(m->lock);
}

void vv_web_memo_free(vv_web_memo *m)
{
	if (!m) return;
	while (m->oldest) {
		drop(m, m->oldest);
	}
	vv_mutex_free(m->lock);
	vv_free(m);
}
