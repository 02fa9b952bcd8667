/*
 * pack_writer: the buffered, hashed file behind an unfinished pack.
 *
 * Compression happens before, outside the lock; the rest under it is a copy into the buffer (about
 * 2 us for a 32 KB block's 10 KB) and sometimes a write of BUFFER_LEN.
 */
#include "repo/blocks/pack_writer.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sync.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/record.h"

#define BUFFER_LEN ((size_t)1 << 20)

struct vv_pack_writer {
	char *dir, *prefix;
	vv_mutex *lock;   /* guards all below */
	vv_error failed;  /* code VV_OK while all is well */
	int fd;           /* -1 until the first byte */
	char *temp;       /* NULL without a temporary file */
	char *index_temp; /* likewise, of its index: staged, and not placed yet */
	uint8_t *buf;
	size_t buf_len;
	uint64_t flushed; /* bytes in the file; buf follows */
	bool closed;      /* a commit has begun: later appends would be lost with reset */
	bool sealed, synced;
	uint8_t hash[VV_PACK_HASH_LEN]; /* once sealed */
	vv_xxh3_state *state;
	vv_pack_index_entry *entries; /* one for each record */
	size_t count, cap;
	vv_cid_map own; /* appended blocks: where their records start */
};

vv_pack_writer *vv_pack_writer_new(const char *dir, const char *prefix)
{
	vv_auto(vv_pack_writer) *w = vv_calloc(1, sizeof *w);

	if (!w) return NULL;
	*w = (vv_pack_writer){.fd = -1,
			      .dir = vv_strdup(dir),
			      .prefix = vv_strdup(prefix),
			      .lock = vv_mutex_new(),
			      .state = vv_xxh3_new(0)};
	if (!w->dir || !w->prefix || !w->lock || !w->state) return NULL;
	return vv_take(&w);
}

/* Lets go of the file; one that was not published is removed. */
static vv_status drop_file(vv_pack_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;

	(void)vv_close(w->fd, w->temp, NULL);
	w->fd = -1;
	if (w->temp) {
		rc = vv_unlink(w->temp, true, err);
		vv_free(vv_take(&w->temp));
	}
	if (w->index_temp) {
		(void)vv_unlink(w->index_temp, true, NULL);
		vv_free(vv_take(&w->index_temp));
	}
	return rc;
}

void vv_pack_writer_free(vv_pack_writer *w)
{
	if (w) {
		(void)drop_file(w, NULL);
		vv_cid_map_reset(&w->own);
		vv_xxh3_free(w->state);
		vv_mutex_free(w->lock);
		vv_free_all(w->entries, w->buf, w->prefix, w->dir, w);
	}
}

vv_status vv_pack_writer_reset(vv_pack_writer *w, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	vv_status rc = drop_file(w, err);
	vv_error_clear(&w->failed);
	vv_xxh3_reset(w->state, 0);
	vv_cid_map_reset(&w->own);
	w->buf_len = 0;
	w->flushed = 0;
	w->count = 0;
	w->closed = false;
	w->sealed = w->synced = false;
	return rc;
}

/* Under the lock, with the result of a step: after a failure nothing more is taken. */
static vv_status end_step(vv_pack_writer *w, vv_status rc, const vv_error *err)
{
	if (rc < 0 && w->failed.code == VV_OK) {
		(void)vv_fail(&w->failed, rc, "an earlier step failed");
		w->failed = err ? *err : w->failed;
	}
	return rc;
}

static vv_status still_well(const vv_pack_writer *w, vv_error *err)
{
	return w->failed.code < 0 ? vv_error_copy(err, &w->failed) : VV_OK;
}

/* ---- bytes ---- */

static vv_status flush_buffer(vv_pack_writer *w, vv_error *err)
{
	vv_status rc = vv_write_full(w->fd, w->buf, w->buf_len, w->temp, err);

	if (rc == VV_OK) {
		vv_xxh3_update(w->state, w->buf, w->buf_len);
		w->flushed += w->buf_len;
		w->buf_len = 0;
	}
	return rc;
}

static vv_status put_bytes(vv_pack_writer *w, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;
	vv_status rc;

	while (len > 0) {
		size_t n = BUFFER_LEN - w->buf_len < len ? BUFFER_LEN - w->buf_len : len;

		memcpy(w->buf + w->buf_len, p, n);
		w->buf_len += n;
		p += n;
		len -= n;
		if (w->buf_len == BUFFER_LEN && (rc = flush_buffer(w, err)) < 0) return rc;
	}
	return VV_OK;
}

static uint64_t write_position(const vv_pack_writer *w)
{
	return w->flushed + w->buf_len;
}

static vv_status begin_file(vv_pack_writer *w, vv_error *err)
{
	if (w->fd >= 0) return VV_OK;
	if (!w->buf && !(w->buf = vv_malloc(BUFFER_LEN))) return vv_fail_nomem(err);
	w->fd = vv_temp_open(&w->temp, w->dir, w->prefix, err);
	if (w->fd < 0) return (vv_status)w->fd;
	return put_bytes(w, VV_PACK_HEADER, VV_PACK_HEADER_LEN, err);
}

static vv_status add_entry(vv_pack_writer *w, uint64_t prefix, uint64_t offset, vv_error *err)
{
	return vv_array_add(w->entries, w->count, w->cap, (vv_pack_index_entry){prefix, offset})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* ---- appending ---- */

/* Fills r; the checksum of anything but a difference is known before the lock is taken. */
static void describe_record(vv_record *r, const vv_pack_item *item)
{
	*r = (vv_record){.cid = item->cid,
			 .method = item->packed.method,
			 .raw_len = (uint32_t)item->raw_len,
			 .stored_len = (uint32_t)item->packed.len};
	if (vv_method_has_base(r->method)) {
		r->depth = item->depth;
		r->base = item->base;
	}
}

static vv_status append_record(vv_pack_writer *w, vv_coder *c, vv_record *r,
			       const vv_pack_item *item, const uint64_t *known_sum, vv_error *err)
{
	uint8_t header[VV_RECORD_HEADER_MAX], tail[VV_RECORD_CHECKSUM_LEN];
	uint64_t base, sum;
	vv_status rc;

	if ((rc = begin_file(w, err)) < 0) return rc;
	uint64_t start = write_position(w);
	if (vv_method_has_base(r->method) && vv_cid_map_get(&w->own, &r->base, &base)) {
		r->distance = start - base;
	}
	(void)vv_record_write(header, r);
	if (known_sum) {
		sum = *known_sum;
	} else if ((rc = vv_coder_checksum(c, &sum, header, r->header_len, item->raw, item->raw_len,
					   err)) < 0) {
		return rc;
	}
	vv_put_le64(tail, sum);
	if ((rc = put_bytes(w, header, r->header_len, err)) < 0 ||
	    (rc = put_bytes(w, item->packed.bytes, item->packed.len, err)) < 0 ||
	    (rc = put_bytes(w, tail, sizeof tail, err)) < 0 ||
	    (rc = vv_cid_map_put(&w->own, &r->cid, start, NULL, err)) < 0) {
		return rc;
	}
	return add_entry(w, vv_cid_prefix(&r->cid), start, err);
}

vv_status vv_pack_writer_append(vv_pack_writer *w, vv_coder *c, const vv_pack_item *item,
				uint64_t *record_len, vv_error *err)
{
	uint8_t header[VV_RECORD_HEADER_MAX];
	uint64_t sum;
	vv_record r;
	vv_status rc;

	*record_len = 0;
	describe_record(&r, item);
	if (!vv_method_has_base(r.method)) {
		(void)vv_record_write(header, &r);
		if ((rc = vv_coder_checksum(c, &sum, header, r.header_len, item->raw, item->raw_len,
					    err)) < 0) {
			return rc;
		}
	}
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	rc = still_well(w, err);
	if (rc == VV_OK && w->closed) {
		rc = vv_fail(err, VV_ELOCKED, "a block was added during a commit of the same pack");
	}
	if (rc == VV_OK && !vv_cid_map_get(&w->own, &item->cid, NULL)) {
		rc = append_record(w, c, &r, item, vv_method_has_base(r.method) ? NULL : &sum, err);
		*record_len = rc < 0 ? 0 : vv_record_len(&r);
		return end_step(w, rc, err);
	}
	return rc;
}

/* ---- copying ---- */

typedef struct copying {
	vv_pack_writer *to;
	uint64_t start; /* where the source's first record comes to lie */
} copying;

static vv_status copy_bytes(void *payload, const void *p, size_t len, vv_error *err)
{
	copying *c = payload;

	return put_bytes(c->to, p, len, err);
}

static vv_status copy_entry(void *payload, const vv_record *r, uint64_t offset, vv_error *err)
{
	copying *c = payload;

	return add_entry(c->to, vv_cid_prefix(&r->cid), offset - VV_PACK_HEADER_LEN + c->start,
			 err);
}

/* Distances within the copied range do not change, so headers and checksums do not either. */
vv_status vv_pack_writer_copy_pack(vv_pack_writer *w, vv_pack *p, vv_error *err)
{
	copying c = {w, 0};
	vv_pack_scan scan = {copy_bytes, copy_entry, &c};
	bool sound = false;
	vv_status rc;

	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	if ((rc = still_well(w, err)) == VV_OK && (rc = begin_file(w, err)) == VV_OK) {
		c.start = write_position(w);
		rc = vv_pack_scan_all(p, &scan, &sound, err);
		if (rc == VV_OK && !sound) {
			rc = vv_pack_bad(p, atomic_load(&p->damage_at), "the pack is damaged", err);
		}
	}
	return end_step(w, rc, err);
}

static vv_status cut_short(vv_error *err)
{
	return vv_fail(err, VV_EIO, "an unfinished pack was cut short while it was read");
}

static vv_status read_locked(vv_pack_writer *w, uint64_t offset, uint8_t *out, size_t len,
			     vv_error *err)
{
	ssize_t got;
	size_t n = 0;

	if (offset < w->flushed) {
		n = w->flushed - offset < len ? (size_t)(w->flushed - offset) : len;
		got = vv_pread_full(w->fd, out, n, offset, w->temp, err);
		if (got < 0) return (vv_status)got;
		if ((size_t)got < n) return cut_short(err);
	}
	if (n < len) {
		memcpy(out + n, w->buf + (offset + n - w->flushed), len - n);
	}
	return VV_OK;
}

static vv_status copy_records(vv_pack_writer *w, vv_pack_writer *from, vv_error *err)
{
	const uint64_t start = write_position(w), end = write_position(from);
	uint64_t at = VV_PACK_HEADER_LEN;
	vv_status rc = VV_OK;

	vv_auto_free uint8_t *piece = vv_malloc(BUFFER_LEN);
	if (!piece) return vv_fail_nomem(err);
	for (size_t n; rc == VV_OK && at < end; at += n) {
		n = end - at < BUFFER_LEN ? (size_t)(end - at) : BUFFER_LEN;
		if ((rc = read_locked(from, at, piece, n, err)) == VV_OK) {
			rc = put_bytes(w, piece, n, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < from->count; i++) {
		rc = add_entry(w, from->entries[i].prefix,
			       from->entries[i].offset - VV_PACK_HEADER_LEN + start, err);
	}
	return rc;
}

vv_status vv_pack_writer_copy_writer(vv_pack_writer *w, vv_pack_writer *from, vv_error *err)
{
	vv_status rc;

	vv_mutex_lock(from->lock);
	vv_mutex_lock(w->lock);
	from->closed = true;
	if ((rc = still_well(w, err)) == VV_OK && (rc = still_well(from, err)) == VV_OK) {
		rc = begin_file(w, err);
	}
	if (rc == VV_OK && from->count > 0) {
		rc = copy_records(w, from, err);
	}
	rc = end_step(w, rc, err);
	vv_mutex_unlock(w->lock);
	vv_mutex_unlock(from->lock);
	return rc;
}

/* ---- reading ---- */

bool vv_pack_writer_find(vv_pack_writer *w, const vv_cid *cid, uint64_t *offset)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	return vv_cid_map_get(&w->own, cid, offset);
}

bool vv_pack_writer_at(vv_pack_writer *w, size_t i, vv_cid *cid, uint64_t *offset)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	bool there = i < vv_cid_map_count(&w->own);
	if (there) {
		*cid = *vv_cid_map_cid(&w->own, i);
		*offset = vv_cid_map_value(&w->own, i);
	}
	return there;
}

unsigned vv_pack_writer_find_prefix(vv_pack_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out)
{
	size_t at;

	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	unsigned found = vv_cid_map_find_prefix(&w->own, codec, prefix, &at);
	if (found > 0) {
		*out = *vv_cid_map_cid(&w->own, at);
	}
	return found;
}

vv_status vv_pack_writer_read(vv_pack_writer *w, uint64_t offset, void *out, size_t len,
			      size_t *got, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	uint64_t end = write_position(w);
	if (offset >= end) {
		*got = 0;
	} else if (end - offset < len) {
		*got = (size_t)(end - offset);
	} else {
		*got = len;
	}
	if (*got > 0) {
		rc = read_locked(w, offset, out, *got, err);
	}
	return rc;
}

uint64_t vv_pack_writer_count(vv_pack_writer *w)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	return w->count;
}

uint64_t vv_pack_writer_len(vv_pack_writer *w)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	return write_position(w) + (w->sealed ? 0 : VV_PACK_TRAILER_LEN);
}

/* ---- the end ---- */

static vv_status put_trailer(vv_pack_writer *w, vv_error *err)
{
	uint8_t words[16];
	vv_status rc;

	vv_put_le64(words, w->count);
	vv_put_le64(words + 8, write_position(w) + VV_PACK_TRAILER_LEN);
	if ((rc = put_bytes(w, VV_PACK_END, 8, err)) < 0 ||
	    (rc = put_bytes(w, words, sizeof words, err)) < 0 || (rc = flush_buffer(w, err)) < 0) {
		return rc;
	}
	vv_hash128_write(w->hash, vv_xxh3_digest128(w->state));
	if ((rc = put_bytes(w, w->hash, sizeof w->hash, err)) < 0) return rc;
	return flush_buffer(w, err);
}

vv_status vv_pack_writer_spill(vv_pack_writer *w, size_t least, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	vv_status rc = still_well(w, err);
	if (rc == VV_OK && w->fd >= 0 && !w->closed && w->buf_len >= least) {
		rc = flush_buffer(w, err);
	}
	return end_step(w, rc, err);
}

vv_status vv_pack_writer_sync(vv_pack_writer *w, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	vv_status rc = still_well(w, err);
	if (rc == VV_OK && w->fd >= 0 && (rc = flush_buffer(w, err)) == VV_OK) {
		rc = vv_fsync(w->fd, w->temp, err);
	}
	return end_step(w, rc, err);
}

vv_status vv_pack_writer_end(vv_pack_writer *w, bool sync, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	w->closed = true;
	vv_status rc = still_well(w, err);
	if (rc == VV_OK && (rc = begin_file(w, err)) == VV_OK) {
		rc = put_trailer(w, err);
	}
	if (rc == VV_OK && sync) {
		rc = vv_fsync(w->fd, w->temp, err);
	}
	w->sealed = rc == VV_OK;
	w->synced = rc == VV_OK && sync;
	return end_step(w, rc, err);
}

vv_status vv_pack_writer_check(vv_pack_writer *w, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	const uint64_t end = w->flushed - VV_PACK_HASH_LEN;
	uint8_t found[VV_PACK_HASH_LEN], stored[VV_PACK_HASH_LEN];
	size_t len;
	vv_status rc;

	assert(w->sealed);
	vv_xxh3_reset(w->state, 0);
	for (uint64_t at = 0; at < end; at += len) {
		len = end - at < BUFFER_LEN ? (size_t)(end - at) : BUFFER_LEN;
		if ((rc = read_locked(w, at, w->buf, len, err)) < 0) return rc;
		vv_xxh3_update(w->state, w->buf, len);
	}
	if ((rc = read_locked(w, end, stored, sizeof stored, err)) < 0) return rc;
	vv_hash128_write(found, vv_xxh3_digest128(w->state));
	return memcmp(found, w->hash, sizeof found) == 0 &&
			       memcmp(stored, w->hash, sizeof stored) == 0
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "the new pack '%s' does not have the written bytes",
				 vv_text_shows(w->temp));
}

static vv_status write_index(vv_pack_writer *w, vv_syncs *files, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_pack_index_encode(&bytes, w->hash, w->entries, w->count, err);
	int fd;

	if (rc < 0 || (fd = vv_temp_open(&w->index_temp, w->dir, w->prefix, err)) < 0) {
		return rc < 0 ? rc : (vv_status)fd;
	}
	if ((rc = vv_write_full(fd, bytes.data, bytes.len, w->index_temp, err)) == VV_OK) {
		rc = vv_syncs_add(files, fd, w->index_temp, err);
	}
	return vv_close_after(rc, fd, w->index_temp, err);
}

vv_status vv_pack_writer_stage(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_syncs *files,
			       vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	id->aside = since >= 0;
	id->since = since >= 0 ? since : 0;
	memcpy(id->hash, w->hash, sizeof id->hash);
	vv_status rc = still_well(w, err);
	if (rc == VV_OK && !w->synced) {
		rc = vv_syncs_add(files, w->fd, w->temp, err);
	}
	return end_step(w, rc < 0 ? rc : write_index(w, files, err), err);
}

static vv_status place_files(vv_pack_writer *w, const vv_pack_name *id, vv_error *err)
{
	char name[VV_PACK_NAME_MAX];
	vv_auto(char) *pack = NULL, *index = NULL;
	vv_status rc;

	vv_pack_name_write(name, id, "pack");
	pack = vv_path_join(w->dir, name, (char *)NULL);
	vv_pack_name_write(name, id, "index");
	index = vv_path_join(w->dir, name, (char *)NULL);
	if ((rc = vv_rename(w->index_temp, index, err)) < 0) return rc;
	vv_free(vv_take(&w->index_temp));
	if ((rc = vv_rename(w->temp, pack, err)) < 0) {
		(void)vv_unlink(index, true, NULL);
		return rc;
	}
	vv_free(vv_take(&w->temp));
	return rc;
}

vv_status vv_pack_writer_place(vv_pack_writer *w, const vv_pack_name *id, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	const vv_status rc = still_well(w, err);
	return end_step(w, rc < 0 ? rc : place_files(w, id, err), err);
}

void vv_pack_writer_date(vv_pack_writer *w, int64_t sec)
{
	const struct timespec times[2] = {{.tv_sec = (time_t)sec}, {.tv_sec = (time_t)sec}};

	if (w->fd >= 0) {
		(void)futimens(w->fd,
			       times); /* else it is younger than its content, and stays longer */
	}
}

vv_status vv_pack_writer_publish(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_error *err)
{
	vv_auto(vv_syncs) files = {0};
	vv_status rc;

	if ((rc = vv_pack_writer_stage(w, since, id, &files, err)) == VV_OK &&
	    (rc = vv_syncs_wait(&files, err)) == VV_OK) {
		rc = vv_pack_writer_place(w, id, err);
	}
	return rc;
}
