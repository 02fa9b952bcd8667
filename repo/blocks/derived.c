/*
 * derived: the frame around a cache's content, and which records of one were used last.
 */
#include "repo/blocks/derived.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/locks/own_file.h"
#include "base/sys.h"
#include "base/text.h"

vv_status vv_derived_read(vv_buf *out, const char *file, const char *mark, uint64_t secret,
			  size_t max, vv_error *err)
{
	vv_status rc = vv_read_regular(out, file, max, VV_IGNORED);
	uint8_t *p = (uint8_t *)out->data;

	if (rc == VV_OK && out->len >= VV_DERIVED_FRAME && memcmp(p, mark, VV_DERIVED_MARK) == 0 &&
	    vv_xxh3(p, out->len - 8, secret) == vv_get_le64(p + out->len - 8)) {
		out->len -= VV_DERIVED_FRAME;
		memmove(p, p + VV_DERIVED_MARK, out->len);
		p[out->len] = '\0'; /* as buffers have it */
		return VV_OK;
	}
	vv_buf_reset(out);
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

void vv_derived_begin(vv_buf *out, const char *mark)
{
	vv_buf_put(out, mark, VV_DERIVED_MARK);
}

/* A cache does not bring back the Git folder of a repository that was removed: the parent of varve's folder must
 * exist. */
static bool home_is_gone(const char *file)
{
	static const char own[] = "/varve/";
	const char *last = NULL;

	for (const char *p = file; (p = strstr(p, own)); p++) {
		last = p;
	}
	vv_auto(char) *home = last && last > file ? strndup(file, (size_t)(last - file)) : NULL;
	return home && !vv_exists(home);
}

static vv_status end_frame(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	uint8_t sum[8];
	vv_status rc = vv_buf_ok(begun, err);

	if (rc < 0) return rc;
	vv_put_le64(sum, vv_xxh3(begun->data, begun->len, secret));
	vv_buf_put(begun, sum, sizeof(sum));
	if ((rc = vv_buf_ok(begun, err)) < 0) return rc;
	if (home_is_gone(file)) {
		return vv_fail(err, VV_ENOTFOUND, "the folder of '%s' no longer exists",
			       vv_text_shows(file));
	}
	return vv_mkdirs_above(file, err);
}

vv_status vv_derived_write(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	vv_status rc = end_frame(begun, file, secret, err);

	return rc < 0 ? rc : vv_write_file(file, begun->data, begun->len, false, err);
}

vv_status vv_derived_write_over(vv_buf *begun, const char *file, uint64_t secret, vv_error *err)
{
	vv_status rc = end_frame(begun, file, secret, err);
	int fd;

	if (rc < 0) return rc;
	if ((fd = vv_open_own(file, O_WRONLY | O_CREAT | O_TRUNC, VV_IGNORED)) < 0) {
		/* perhaps it is another user's */
		return vv_write_file(file, begun->data, begun->len, false, err);
	}
	rc = vv_write_full(fd, begun->data, begun->len, file, err);
	return vv_close_after(rc, fd, file, err);
}

/* ---- kept ---- */

typedef struct place {
	uint64_t used; /* a larger number: later */
	size_t at;
} place;

struct vv_kept {
	char *file;
	const vv_kept_form *form;
	uint64_t secret, clock;
	size_t len; /* of a record */
	vv_buf records;
	uint64_t *used; /* when each of them was */
	size_t count, cap;
	vv_hash_index index;
	size_t indexed; /* so many of the first records are in the index, or none yet */
	size_t searches;
	bool changed;
};

/* Comparing the keys of a file's records a few times costs less than an index of them. */
#define SEARCHES_UNINDEXED 12u

static uint8_t *record_at(const vv_kept *k, size_t i)
{
	return (uint8_t *)k->records.data + i * k->len;
}

static uint64_t hash_of(const vv_kept *k, const void *key)
{
	return vv_xxh3(key, k->form->key_len, vv_hash_seed());
}

/* The place of a key in the index; count: it is not there. */
static size_t find_indexed(const vv_kept *k, const void *key)
{
	vv_hash_probe p = vv_hash_probe_begin(&k->index, hash_of(k, key));
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (memcmp(record_at(k, at), key, k->form->key_len) == 0) return at;
	}
	return k->count;
}

/* Brings the records of the file into the index. Of two with one key, which only a forged file has, the first is found. */
static vv_status index_all(vv_kept *k, vv_error *err)
{
	if (k->indexed < k->count && !vv_hash_index_reserve(&k->index, k->count)) {
		return vv_fail_nomem(err);
	}
	for (; k->indexed < k->count; k->indexed++) {
		const uint8_t *key = record_at(k, k->indexed);

		if (find_indexed(k, key) == k->count) {
			(void)vv_hash_index_add(&k->index, hash_of(k, key), k->indexed);
		}
	}
	return VV_OK;
}

/* Its place; count: it is not there. */
static size_t find_place(vv_kept *k, const void *key)
{
	if (k->indexed < k->count && ++k->searches > SEARCHES_UNINDEXED) {
		(void)index_all(k, VV_IGNORED); /* without memory, the keys are compared again */
	}
	if (k->indexed == k->count) return find_indexed(k, key);
	for (size_t i = 0; i < k->count; i++) {
		if (memcmp(record_at(k, i), key, k->form->key_len) == 0) return i;
	}
	return k->count;
}

/* The file has the most recently used record first. */
static vv_status read_all(vv_kept *k, vv_error *err)
{
	vv_status rc = vv_derived_read(&k->records, k->file, k->form->mark, k->secret,
				       VV_DERIVED_FRAME + k->form->max * k->len, err);

	if (rc < 0) return rc;
	k->records.len -= k->records.len % k->len;
	k->count = k->records.len / k->len;
	k->clock = k->count;
	if (k->count == 0) return VV_OK;
	if (!(k->used = vv_calloc(k->count, sizeof(*k->used)))) return vv_fail_nomem(err);
	k->cap = k->count;
	for (size_t i = 0; i < k->count; i++) {
		k->used[i] = k->count - i;
	}
	return VV_OK;
}

vv_status vv_kept_open(vv_kept **out, const char *file, const vv_kept_form *form, uint64_t secret,
		       vv_error *err)
{
	vv_auto(vv_kept) *k = vv_calloc(1, sizeof(*k));
	vv_status rc;

	*out = NULL;
	if (!k) return vv_fail_nomem(err);
	*k = (vv_kept){.file = file ? vv_strdup(file) : NULL,
		       .form = form,
		       .secret = secret,
		       .len = form->key_len + form->value_len};
	if (file && !k->file) return vv_fail_nomem(err);
	if (file && (rc = read_all(k, err)) < 0) return rc;
	return vv_hand_over(out, &k);
}

void vv_kept_close(vv_kept *k)
{
	if (k) {
		vv_hash_index_clear(&k->index);
		vv_buf_clear(&k->records);
		vv_free_all(k->used, k->file, k);
	}
}

const uint8_t *vv_kept_get(vv_kept *k, const void *key)
{
	size_t at = find_place(k, key);

	if (at == k->count) return NULL;
	k->used[at] = ++k->clock;
	return record_at(k, at) + k->form->key_len;
}

vv_status vv_kept_put(vv_kept *k, const void *key, const void *value, vv_error *err)
{
	size_t at = find_place(k, key);
	vv_status rc;

	if (at == k->count && k->count >= 2 * k->form->max) {
		if ((rc = vv_kept_forget(k, k->form->max, err)) < 0) return rc;
		at = k->count;
	}
	if (at == k->count) {
		if ((rc = index_all(k, err)) < 0) return rc;
		if (!vv_array_room(k->used, k->count, k->cap) ||
		    !vv_buf_reserve(&k->records, k->len) ||
		    !vv_hash_index_add(&k->index, hash_of(k, key), k->count)) {
			return vv_fail_nomem(err);
		}
		vv_buf_put(&k->records, key, k->form->key_len);
		vv_buf_put(&k->records, value, k->form->value_len);
		k->count++;
		k->indexed++;
		k->changed = true;
	}
	uint8_t *old = record_at(k, at) + k->form->key_len;
	if (k->form->value_len > 0 && memcmp(old, value, k->form->value_len) != 0) {
		memcpy(old, value, k->form->value_len);
		k->changed = true;
	}
	k->used[at] = ++k->clock;
	return VV_OK;
}

void vv_kept_drop(vv_kept *k, const void *key)
{
	size_t at = find_place(k, key);

	if (at < k->count) {
		memset(record_at(k, at) + k->form->key_len, 0, k->form->value_len);
		k->used[at] = 0;
		k->changed = true;
	}
}

size_t vv_kept_count(const vv_kept *k)
{
	return k->count;
}

static int later_first(const void *a, const void *b)
{
	const uint64_t x = ((const place *)a)->used, y = ((const place *)b)->used;

	return (x < y) - (x > y);
}

vv_status vv_kept_list(const vv_kept *k, size_t most, vv_buf *out, vv_error *err)
{
	vv_auto_free place *places = vv_calloc(k->count ? k->count : 1, sizeof(*places));

	if (!places) return vv_fail_nomem(err);
	for (size_t i = 0; i < k->count; i++) {
		places[i] = (place){k->used[i], i};
	}
	qsort(places, k->count, sizeof(*places), later_first);
	for (size_t i = 0; i < k->count && i < most; i++) {
		vv_buf_put(out, record_at(k, places[i].at), k->len);
	}
	return vv_buf_ok(out, err);
}

vv_status vv_kept_forget(vv_kept *k, size_t but, vv_error *err)
{
	vv_auto(vv_buf) left = VV_BUF_INIT;
	vv_status rc;

	if (k->count <= but) return VV_OK;
	if ((rc = vv_kept_list(k, but, &left, err)) < 0) return rc;
	memcpy(k->records.data, left.data, left.len);
	k->records.len = left.len;
	k->count = but;
	k->clock = but;
	k->changed = true;
	for (size_t i = 0; i < but; i++) {
		k->used[i] = but - i;
	}
	vv_hash_index_reset(&k->index);
	k->indexed = 0;
	return VV_OK;
}

vv_status vv_kept_save(vv_kept *k, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	if (!k->changed || !k->file) return VV_OK;
	vv_derived_begin(&b, k->form->mark);
	if ((rc = vv_kept_list(k, k->form->max, &b, err)) < 0 ||
	    (rc = vv_derived_write(&b, k->file, k->secret, err)) < 0) {
		return rc;
	}
	k->changed = false;
	return VV_OK;
}
