/*
 * mem_sink: knows alone how passing blocks are kept: an open-addressed table from
 * CID to a place in memory or in the temporary file.
 */
#include "dataset/format/mem_sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"

#define MEMORY_MAX (24u << 20) /* bytes of blocks kept in memory; a comparison has two of these */

typedef struct entry {
	vv_cid cid; /* codec 0: free slot */
	uint32_t len;
	uint8_t *bytes; /* NULL: in the file, at offset */
	uint64_t offset;
} entry;

struct vv_mem_sink {
	vv_mutex *lock; /* import puts from several threads */
	vv_store *below;
	char *dir;
	char *path; /* of the temporary file, for messages */
	int fd;     /* -1 while everything fits into memory */
	uint64_t file_len;
	uint64_t memory; /* bytes of blocks in memory */
	uint64_t total;
	uint64_t limit; /* of total; past it blocks are dropped */
	bool full;
	entry *slots;
	size_t cap; /* a power of two; at most two thirds are used */
	size_t used;
};

vv_status vv_mem_sink_new(vv_mem_sink **out, vv_store *below, const char *temp_dir, vv_error *err)
{
	vv_mem_sink *m = vv_calloc(1, sizeof(*m));

	*out = NULL;
	if (!m) {
		return vv_fail_nomem(err);
	}
	if (!temp_dir) {
		temp_dir = getenv("TMPDIR");
	}
	m->fd = -1;
	m->below = below;
	m->cap = 256;
	m->limit = UINT64_MAX;
	m->dir = vv_strdup(temp_dir && *temp_dir ? temp_dir : "/tmp");
	m->slots = vv_calloc(m->cap, sizeof(entry));
	m->lock = vv_mutex_new();
	if (!m->lock || !m->dir || !m->slots) {
		vv_mem_sink_free(m);
		return vv_fail_nomem(err);
	}
	*out = m;
	return VV_OK;
}

void vv_mem_sink_free(vv_mem_sink *m)
{
	size_t i;

	if (!m) {
		return;
	}
	for (i = 0; m->slots && i < m->cap; i++) {
		vv_free(m->slots[i].bytes);
	}
	if (m->fd >= 0) {
		vv_close(m->fd, m->path, NULL);
	}
	vv_mutex_free(m->lock);
	vv_free(m->slots);
	vv_free(m->path);
	vv_free(m->dir);
	vv_free(m);
}

void vv_mem_sink_limit(vv_mem_sink *m, uint64_t bytes)
{
	m->limit = bytes;
}

bool vv_mem_sink_full(const vv_mem_sink *m)
{
	return m->full;
}

/* The slot that holds cid, or the free one where it would go. */
static entry *find(entry *slots, size_t cap, const vv_cid *cid)
{
	size_t i = (size_t)vv_cid_prefix(cid) & (cap - 1);

	while (!vv_cid_is_null(&slots[i].cid) && !vv_cid_equal(&slots[i].cid, cid)) {
		i = (i + 1) & (cap - 1);
	}
	return &slots[i];
}

static vv_status grow(vv_mem_sink *m, vv_error *err)
{
	size_t cap = m->cap * 2, i;
	entry *slots;

	if (m->used < m->cap / 3 * 2) {
		return VV_OK;
	}
	slots = vv_calloc(cap, sizeof(entry));
	if (!slots) {
		return vv_fail_nomem(err);
	}
	for (i = 0; i < m->cap; i++) {
		if (!vv_cid_is_null(&m->slots[i].cid)) {
			*find(slots, cap, &m->slots[i].cid) = m->slots[i];
		}
	}
	vv_free(m->slots);
	m->slots = slots;
	m->cap = cap;
	return VV_OK;
}

static vv_status spill(vv_mem_sink *m, entry *e, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (m->fd < 0) {
		m->fd = vv_temp_open(&m->path, m->dir, "varve-", err);
		if (m->fd < 0) {
			vv_status failed = (vv_status)m->fd;

			m->fd = -1;
			return failed;
		}
		/* Gone as soon as the process is, whatever ends it. */
		if ((rc = vv_unlink(m->path, true, err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_write_full(m->fd, bytes, len, m->path, err)) < 0) {
		return rc;
	}
	e->offset = m->file_len;
	m->file_len += len;
	return VV_OK;
}

static vv_status keep(vv_mem_sink *m, const vv_cid *cid, const void *bytes, size_t len,
		      vv_error *err)
{
	vv_status rc;
	entry *e, fresh;

	if (m->full || len > m->limit - m->total) {
		m->full = true;
		return VV_OK;
	}
	if ((rc = grow(m, err)) < 0) {
		return rc;
	}
	e = find(m->slots, m->cap, cid);
	if (!vv_cid_is_null(&e->cid)) {
		return VV_OK;
	}
	if (len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED, "a block of %zu bytes is over the limit", len);
	}
	memset(&fresh, 0, sizeof(fresh));
	fresh.cid = *cid;
	fresh.len = (uint32_t)len;
	if (m->memory + len > MEMORY_MAX) {
		rc = spill(m, &fresh, bytes, len, err);
	} else if (!(fresh.bytes = vv_malloc(len))) {
		rc = vv_fail_nomem(err);
	} else {
		memcpy(fresh.bytes, bytes, len);
		m->memory += len;
	}
	if (rc < 0) {
		return rc;
	}
	*e = fresh;
	m->used++;
	m->total += len;
	return VV_OK;
}

static vv_status put(void *payload, const vv_cid *cid, const void *bytes, size_t len,
		     const vv_cid *base, vv_error *err)
{
	vv_mem_sink *m = payload;
	vv_status rc;

	(void)base;
	vv_mutex_lock(m->lock);
	rc = keep(m, cid, bytes, len, err);
	vv_mutex_unlock(m->lock);
	return rc;
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_mem_sink *m = payload;
	entry e;
	ssize_t got;

	/* A block's bytes never move or go once they are put: only the slot needs the lock. */
	vv_mutex_lock(m->lock);
	e = *find(m->slots, m->cap, cid);
	vv_mutex_unlock(m->lock);
	if (vv_cid_is_null(&e.cid)) {
		if (m->below) {
			return vv_store_get(m->below, cid, out, err);
		}
		return vv_fail(err, VV_EMISSING, "a block of the table is not at hand");
	}
	vv_buf_reset(out);
	if (e.bytes) {
		vv_buf_put(out, e.bytes, e.len);
		return vv_buf_ok(out, err);
	}
	if (!vv_buf_reserve(out, e.len)) {
		return vv_buf_ok(out, err);
	}
	got = vv_pread_full(m->fd, out->data, e.len, e.offset, m->path, err);
	if (got < 0) {
		return (vv_status)got;
	}
	if ((size_t)got != e.len) {
		return vv_fail(err, VV_EIO, "temporary file '%s' is shorter than written", m->path);
	}
	out->len = e.len;
	out->data[out->len] = '\0';
	return VV_OK;
}

void vv_mem_sink_use(vv_sink *out, vv_mem_sink *m)
{
	out->put = put;
	out->get = get;
	out->payload = m;
}
