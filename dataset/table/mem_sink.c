/*
 * mem_sink: how passing blocks are kept: one after the other in a temp_bytes, found by CID.
 */
#include "dataset/table/mem_sink.h"

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/thread.h"
#include "dataset/format/temp_bytes.h"
#include "repo/blocks/parts.h"

#define MEMORY_MAX (24u << 20) /* bytes of blocks kept in memory; a comparison has two of these */

typedef struct entry {
	vv_cid cid, base; /* base null: none */
	uint64_t offset;  /* in the sink's bytes */
	uint32_t len;
} entry;

struct vv_mem_sink {
	vv_mutex *lock; /* import puts from several threads */
	vv_sink below;  /* get NULL: nothing */
	temp_bytes bytes;
	uint64_t limit; /* of bytes; past it blocks are dropped */
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
	*m = (vv_mem_sink){.lock = vv_mutex_new(), .limit = UINT64_MAX};
	temp_bytes_init(&m->bytes, temp_dir, MEMORY_MAX);
	if (below) {
		vv_sink_dry(&m->below, below);
	}
	return m->lock ? vv_hand_over(out, &m) : vv_fail_nomem(err);
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
	temp_bytes_clear(&m->bytes);
	vv_mutex_free(m->lock);
	vv_hash_index_clear(&m->index);
	vv_free_all(m->entries, m);
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
static const entry *find_block(const vv_mem_sink *m, const vv_cid *cid)
{
	return vv_hash_find(m->entries, &m->index, hash_of(cid), e, vv_cid_equal(&e->cid, cid));
}

static vv_status keep_block(vv_mem_sink *m, const vv_cid *cid, const void *bytes, size_t len,
			    const vv_cid *base, vv_error *err)
{
	const uint64_t offset = temp_bytes_len(&m->bytes);
	vv_status rc;

	if (m->full || len > m->limit - offset) {
		m->full = true;
		return VV_OK;
	}
	if (find_block(m, cid)) return VV_OK;
	if (!vv_array_room(m->entries, m->count, m->cap) ||
	    !vv_hash_index_reserve(&m->index, m->count + 1)) {
		return vv_fail_nomem(err);
	}
	if (len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED, "a block of %zu bytes is over the limit", len);
	}
	if ((rc = temp_bytes_put(&m->bytes, bytes, len, err)) < 0) return rc;
	m->entries[m->count] = (entry){*cid, base ? *base : (vv_cid){0}, offset, (uint32_t)len};
	(void)vv_hash_index_add(&m->index, hash_of(cid), m->count++); /* has room */
	return VV_OK;
}

static vv_status put_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   const vv_cid *base, vv_error *err)
{
	vv_mem_sink *m = payload;

	vv_auto(vv_locked) lock = vv_mutex_hold(m->lock);
	return keep_block(m, cid, bytes, len, base, err);
}

static vv_status read_block(vv_buf *out, const vv_mem_sink *m, const entry *e, vv_error *err)
{
	vv_buf_reset(out);
	if (!vv_buf_reserve(out, e->len)) return vv_buf_ok(out, err);
	out->len = e->len;
	out->data[out->len] = '\0';
	return temp_bytes_get(&m->bytes, e->offset, out->data, e->len, err);
}

/* *found false: the block was not put into this sink. */
static vv_status get_own(vv_mem_sink *m, const vv_cid *cid, vv_buf *out, bool *found, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(m->lock);
	const entry *e = find_block(m, cid);

	*found = e != NULL;
	return e ? read_block(out, m, e, err) : VV_OK;
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_mem_sink *m = payload;
	bool found;
	vv_status rc = get_own(m, cid, out, &found, err);

	if (found) return rc;
	return m->below.get ? m->below.get(m->below.payload, cid, out, err)
			    : vv_fail(err, VV_EMISSING, "a block of the table is missing");
}

/* Blocks of this sink are never in parts. */
static vv_status get_parted(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	vv_mem_sink *m = payload;
	bool found;

	out->parts.count = out->left = 0;
	vv_status rc = get_own(m, cid, &out->block, &found, err);
	if (found) return rc;
	return m->below.get ? vv_sink_get_parted(&m->below, cid, out, err)
			    : get_block(m, cid, &out->block, err);
}

/* Only blocks stored below count, not those in memory here. */
static bool has_block(void *payload, const vv_cid *cid)
{
	const vv_mem_sink *m = payload;

	return m->below.has(m->below.payload, cid);
}

void vv_mem_sink_use(vv_sink *out, vv_mem_sink *m)
{
	*out = (vv_sink){.put = put_block,
			 .get = get_block,
			 .get_parted = get_parted,
			 .has = m->below.has ? has_block : NULL,
			 .payload = m,
			 .passing = true};
}

/* The block of a number, and its entry, as find_block has it: others may be put meanwhile. 1; 0: there are fewer; <0. */
static int block_at(entry *out, vv_buf *bytes, vv_mem_sink *m, size_t i, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(m->lock);
	if (i >= m->count) return 0;
	*out = m->entries[i];
	const vv_status rc = read_block(bytes, m, out, err);
	return rc < 0 ? (int)rc : 1;
}

vv_status vv_mem_sink_pour(vv_mem_sink *m, size_t *from, const vv_sink *to, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	size_t own = 0, *i = from ? from : &own;
	int more;
	vv_status rc;

	for (entry e; (more = block_at(&e, &bytes, m, *i, err)) > 0; ++*i) {
		if ((rc = to->put(to->payload, &e.cid, bytes.data, bytes.len,
				  vv_cid_is_null(&e.base) ? NULL : &e.base, err)) < 0) {
			return rc;
		}
	}
	return (vv_status)more;
}
