/*
 * mem_sink: how passing blocks are kept: each with its place in
 * memory or in the temporary file, found by CID.
 */
#include "dataset/format/mem_sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/thread.h"

#define MEMORY_MAX (24u << 20) /* bytes of blocks kept in memory; a comparison has two of these */

typedef struct entry {
	vv_cid cid, base; /* base null: none */
	uint32_t len;
	uint8_t *bytes; /* NULL: in the file, at offset */
	uint64_t offset;
} entry;

struct vv_mem_sink {
	vv_mutex *lock; /* import puts from several threads */
	vv_sink below;  /* get NULL: nothing */
	char *dir;
	char *path; /* of the temporary file, for messages */
	int fd;     /* -1 while everything fits into memory */
	uint64_t file_len;
	uint64_t memory; /* bytes of blocks in memory */
	uint64_t total;
	uint64_t limit; /* of total; past it blocks are dropped */
	bool full;
	entry *entries;
	size_t count, cap;
	vv_hash_index index; /* of entries */
};

vv_status vv_mem_sink_new(vv_mem_sink **out, vv_store *below, const char *temp_dir, vv_error *err)
{
	vv_auto(vv_mem_sink) *m = vv_calloc(1, sizeof(*m));

	*out = NULL;
	if (!m) return vv_fail_nomem(err);
	if (!temp_dir) {
		temp_dir = getenv("TMPDIR");
	}
	*m = (vv_mem_sink){.lock = vv_mutex_new(),
			   .dir = vv_strdup(temp_dir && *temp_dir ? temp_dir : "/tmp"),
			   .fd = -1,
			   .limit = UINT64_MAX};
	if (below) {
		vv_sink_dry(&m->below, below);
	}
	if (!m->lock || !m->dir) return vv_fail_nomem(err);
	return vv_hand_over(out, &m);
}

vv_status vv_mem_sink_over(vv_mem_sink **out, const vv_sink *below, const char *temp_dir,
			   vv_error *err)
{
	vv_status rc = vv_mem_sink_new(out, NULL, temp_dir, err);

	if (rc == VV_OK) {
		(*out)->below = *below;
	}
	return rc;
}

void vv_mem_sink_free(vv_mem_sink *m)
{
	if (!m) return;
	vv_array_clear(m->entries, m->count, it, vv_free(it->bytes));
	vv_fd_close(&m->fd);
	vv_mutex_free(m->lock);
	vv_hash_index_clear(&m->index);
	vv_free_all(m->path, m->dir, m);
}

void vv_mem_sink_limit(vv_mem_sink *m, uint64_t bytes)
{
	m->limit = bytes;
}

bool vv_mem_sink_full(const vv_mem_sink *m)
{
	return m->full;
}

static uint64_t hash_of(const vv_cid *cid)
{
	return vv_cid_prefix(cid) ^ vv_hash_seed();
}

/* NULL: it is missing here. */
static const entry *find(const vv_mem_sink *m, const vv_cid *cid)
{
	return vv_hash_find(m->entries, &m->index, hash_of(cid), e, vv_cid_equal(&e->cid, cid));
}

static vv_status spill(vv_mem_sink *m, entry *e, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (m->fd < 0) {
		m->fd = vv_temp_open_unlinked(&m->path, m->dir, "varve-", err);
		if (m->fd < 0) {
			vv_status failed = (vv_status)m->fd;

			m->fd = -1;
			return failed;
		}
	}
	if ((rc = vv_write_full(m->fd, bytes, len, m->path, err)) < 0) return rc;
	e->offset = m->file_len;
	m->file_len += len;
	return VV_OK;
}

static vv_status keep(vv_mem_sink *m, const vv_cid *cid, const void *bytes, size_t len,
		      const vv_cid *base, vv_error *err)
{
	vv_status rc = VV_OK;

	if (m->full || len > m->limit - m->total) {
		m->full = true;
		return VV_OK;
	}
	if (find(m, cid)) return VV_OK;
	if (!vv_array_room(m->entries, m->count, m->cap) ||
	    !vv_hash_index_reserve(&m->index, m->count + 1)) {
		return vv_fail_nomem(err);
	}
	if (len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED, "a block of %zu bytes is over the limit", len);
	}
	entry fresh = {.cid = *cid, .base = base ? *base : (vv_cid){0}, .len = (uint32_t)len};
	if (m->memory + len > MEMORY_MAX) {
		rc = spill(m, &fresh, bytes, len, err);
	} else if (!(fresh.bytes = vv_malloc(len))) {
		rc = vv_fail_nomem(err);
	} else {
		memcpy(fresh.bytes, bytes, len);
		m->memory += len;
	}
	if (rc < 0) return rc;
	m->entries[m->count] = fresh;
	(void)vv_hash_index_add(&m->index, hash_of(cid), m->count++); /* has room */
	m->total += len;
	return VV_OK;
}

static vv_status put(void *payload, const vv_cid *cid, const void *bytes, size_t len,
		     const vv_cid *base, vv_error *err)
{
	vv_mem_sink *m = payload;

	vv_auto(vv_locked) lock = vv_mutex_hold(m->lock);
	return keep(m, cid, bytes, len, base, err);
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_mem_sink *m = payload;
	const entry *found;
	entry e;

	/* A block's bytes never move or go once they are put: only the entry needs the lock. */
	vv_mutex_lock(m->lock);
	if ((found = find(m, cid))) {
		e = *found;
	}
	vv_mutex_unlock(m->lock);
	if (!found) {
		if (m->below.get) return m->below.get(m->below.payload, cid, out, err);
		return vv_fail(err, VV_EMISSING, "a block of the table is missing");
	}
	vv_buf_reset(out);
	if (e.bytes) {
		vv_buf_put(out, e.bytes, e.len);
		return vv_buf_ok(out, err);
	}
	if (!vv_buf_reserve(out, e.len)) return vv_buf_ok(out, err);
	ssize_t got = vv_pread_full(m->fd, out->data, e.len, e.offset, m->path, err);
	if (got < 0) return (vv_status)got;
	if ((size_t)got != e.len) {
		return vv_fail(err, VV_EIO, "temporary file '%s' is shorter than written", m->path);
	}
	out->len = e.len;
	out->data[out->len] = '\0';
	return VV_OK;
}

/* Blocks of this sink are never in parts. */
static vv_status get_parted(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	vv_mem_sink *m = payload;

	vv_mutex_lock(m->lock);
	const bool passes = find(m, cid) != NULL;
	vv_mutex_unlock(m->lock);
	if (!passes && m->below.get) return vv_sink_get_parted(&m->below, cid, out, err);
	out->parts.count = out->left = 0;
	return get(m, cid, &out->block, err);
}

/* Only blocks stored below count, not those in memory here. */
static bool has(void *payload, const vv_cid *cid)
{
	const vv_mem_sink *m = payload;

	return m->below.has(m->below.payload, cid);
}

void vv_mem_sink_use(vv_sink *out, vv_mem_sink *m)
{
	*out = (vv_sink){.put = put,
			 .get = get,
			 .get_parted = get_parted,
			 .has = m->below.has ? has : NULL,
			 .payload = m,
			 .passing = true};
}

/* The entry of a number, as find has it: others may be put meanwhile. False: there are fewer. */
static bool entry_at(entry *out, vv_mem_sink *m, size_t i)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(m->lock);
	const bool there = i < m->count;
	if (there) {
		*out = m->entries[i];
	}
	return there;
}

vv_status vv_mem_sink_pour(vv_mem_sink *m, size_t *from, const vv_sink *to, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = VV_OK;
	size_t i = from ? *from : 0;

	for (entry e; rc == VV_OK && entry_at(&e, m, i); i += rc == VV_OK) {
		const vv_cid *base = vv_cid_is_null(&e.base) ? NULL : &e.base;

		if (e.bytes) {
			rc = to->put(to->payload, &e.cid, e.bytes, e.len, base, err);
		} else if ((rc = get(m, &e.cid, &bytes, err)) == VV_OK) {
			rc = to->put(to->payload, &e.cid, bytes.data, bytes.len, base, err);
		}
	}
	if (from) {
		*from = i;
	}
	return rc;
}
