/*
 * cache: how records are in the cache's folder, and in the file that carries
 * them to another machine.
 *
 * A record is one file, "<kind>-<key>", replaced whole; those of few bytes, of which each small table has some, are together
 * in one file, "small", written when the cache is closed. All that is read is compared with a
 * hash: a damaged record is none. A hash of the sources that decide verdicts is in each key, so
 * that a program made from others does not find the record.
 */
#include "check/kept/cache.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "check/kept/verdict_sources.h"
#include "repo/blocks/derived.h"

#define RECORD_MARK "VVCHCK\x01\n"
#define FILE_MAGIC "vvcr\x01\0\0\0"
#define MAGIC_LEN 8u
static_assert(sizeof(FILE_MAGIC) - 1 == MAGIC_LEN, "8 bytes");
#define NAME_MAX_LEN 64u
#define FILE_PREFIX "file." /* in a result, before the kind of a record with its own file */
#define PIECE (256u << 10)
#define SMALL_FILE "small"
#define SMALL_LEN 140u /* bytes of a record in SMALL_FILE; its value is le32 length and the bytes */
#define SMALL_KEY 16u

typedef struct record {
	char name[NAME_MAX_LEN];
	vv_buf bytes;    /* of a cache without folder */
	uint64_t offset; /* in the trusted file */
	uint64_t len;
} record;

static const vv_kept_form small_form = {.mark = "VVCHSM\x01\n",
					.key_len = SMALL_KEY,
					.value_len = 4 + SMALL_LEN,
					.max = 40000};

/* By name. */
typedef struct records {
	record **items;
	size_t count, cap;
	vv_hash_index places;
} records;

struct vv_check_cache {
	char *dir;       /* NULL: in memory */
	vv_kept *small;  /* records of few bytes; NULL until one is wanted */
	records used;    /* records to save: their names, and in memory also their bytes */
	records large;   /* requested files: names as in a result */
	records trusted; /* where they are in the trusted file */
	int trusted_fd;  /* negative: none */
	char *trusted_path;
	bool wrote;
	char *files; /* the folder beside dir, once a file in it was requested; or NULL */
};

vv_status vv_check_cache_open(vv_check_cache **out, const char *dir, vv_error *err)
{
	vv_auto(vv_check_cache) *c = vv_calloc(1, sizeof(*c));

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	c->trusted_fd = -1;
	if (dir && !(c->dir = vv_strdup(dir))) return vv_fail_nomem(err);
	return vv_hand_over(out, &c);
}

/* Empty again. */
static void clear_records(records *r)
{
	vv_array_clear(r->items, r->count, it, (vv_buf_clear(&(*it)->bytes), vv_free(*it)));
	vv_hash_index_clear(&r->places);
	*r = (records){.items = NULL};
}

/* One file of the folder. */
typedef struct kept {
	uint64_t size;
	int64_t sec;
	uint32_t nsec;
	char *path;
} kept;

static int by_age(const void *x, const void *y)
{
	const kept *a = x, *b = y;

	if (a->sec != b->sec) return a->sec < b->sec ? -1 : 1;
	return a->nsec < b->nsec ? -1 : a->nsec > b->nsec;
}

/* Removes the oldest until the rest is small enough. Failures wait for the next time. */
static void drop_oldest(kept *files, size_t count, uint64_t total, uint64_t max)
{
	if (total > max) {
		qsort(files, count, sizeof(*files), by_age);
	}
	for (size_t i = 0; total > max && i < count; i++) {
		if (files[i].path) {
			vv_unlink(files[i].path, true, NULL);
			total -= files[i].size;
		}
	}
}

static void keep_bounded(const char *dir, uint64_t max)
{
	vv_auto(vv_string_list) names = {0};
	uint64_t total = 0;
	kept *files = NULL;

	if (vv_list_dir(&names.items, &names.count, dir, NULL) < 0) return;
	files = vv_calloc(names.count + 1, sizeof(*files));
	for (size_t i = 0; files && i < names.count; i++) {
		vv_stat st;

		files[i].path = vv_path_join(dir, names.items[i], NULL);
		if (!files[i].path || vv_lstat(&st, files[i].path, NULL) < 0) {
			continue;
		}
		files[i].size = st.size;
		files[i].sec = st.mtime_sec;
		files[i].nsec = st.mtime_nsec;
		total += st.size;
	}
	if (files) {
		drop_oldest(files, names.count, total, max);
	}
	vv_array_clear(files, files ? names.count : 0, it, vv_free(it->path));
}

void vv_check_cache_close(vv_check_cache *c)
{
	if (!c) return;
	if (c->small) {
		(void)vv_kept_save(c->small, VV_IGNORED); /* only the next check is slower */
		vv_kept_close(c->small);
	}
	if (c->dir && c->wrote) {
		keep_bounded(c->dir, VV_CHECK_CACHE_MAX);
	}
	if (c->files) {
		keep_bounded(c->files, VV_CHECK_FILES_MAX);
	}
	vv_free(c->files);
	clear_records(&c->used);
	clear_records(&c->large);
	clear_records(&c->trusted);
	vv_close(c->trusted_fd, c->trusted_path, NULL);
	vv_free_all(c->trusted_path, c->dir, c);
}

static void make_name(char out[NAME_MAX_LEN], const char *prefix, const char *kind, vv_hash128 key)
{
	snprintf(out, NAME_MAX_LEN, "%s%.24s-%016llx%016llx", prefix, kind,
		 (unsigned long long)(key.hi ^ VV_VERDICT_SOURCES), (unsigned long long)key.lo);
}

static uint64_t hash_name(const char *name)
{
	return vv_xxh3(name, strlen(name), vv_hash_seed());
}

static record *find_record(const records *r, const char *name)
{
	record **found = vv_hash_find(r->items, &r->places, hash_name(name), i,
				      strcmp((*i)->name, name) == 0);

	return found ? *found : NULL;
}

/* The record of that name, an empty one when there was none; NULL: out of memory. */
static record *add_record(records *r, const char *name)
{
	vv_auto_free record *found = find_record(r, name);

	if (found || !vv_array_room(r->items, r->count, r->cap) ||
	    !(found = vv_calloc(1, sizeof(*found)))) {
		return vv_take(&found);
	}
	if (!vv_hash_index_add(&r->places, hash_name(name), r->count)) return NULL;
	snprintf(found->name, sizeof(found->name), "%s", name);
	r->items[r->count++] = found;
	return vv_take(&found);
}

char *vv_check_cache_file(vv_check_cache *c, const char *kind, vv_hash128 key)
{
	char name[NAME_MAX_LEN];

	make_name(name, FILE_PREFIX, kind, key);
	if (!add_record(&c->large, name)) return NULL;
	if (c->dir && !c->files) {
		c->files = vv_asprintf("%s-files", c->dir);
	}
	return c->files ? vv_path_join(c->files, name + strlen(FILE_PREFIX), NULL) : NULL;
}

int vv_check_cache_trusted_file(const vv_check_cache *c, const char *kind, vv_hash128 key,
				uint64_t *offset, uint64_t *len)
{
	char name[NAME_MAX_LEN];

	make_name(name, FILE_PREFIX, kind, key);
	const record *r = find_record(&c->trusted, name);
	if (!r) return -1;
	*offset = r->offset;
	*len = r->len;
	return c->trusted_fd;
}

static void small_key(uint8_t out[SMALL_KEY], const char *name)
{
	const vv_hash128 h = vv_xxh3_128(name, strlen(name), 0);

	vv_put_le64(out, h.hi);
	vv_put_le64(out + 8, h.lo);
}

static vv_status open_small(vv_check_cache *c, vv_error *err)
{
	if (c->small) return VV_OK;
	vv_auto(char) *path = vv_path_join(c->dir, SMALL_FILE, NULL);
	return path ? vv_kept_open(&c->small, path, &small_form, 0, err) : vv_fail_nomem(err);
}

/* 1, 0 or VV_ENOMEM. */
static int read_small(vv_check_cache *c, const char *name, vv_buf *out, vv_error *err)
{
	uint8_t key[SMALL_KEY];
	vv_status rc = open_small(c, err);

	if (rc < 0) return (int)rc;
	small_key(key, name);
	const uint8_t *value = vv_kept_get(c->small, key);
	const size_t len = value ? vv_get_le32(value) : 0;

	if (len == 0 || len > SMALL_LEN) return 0;
	vv_buf_put(out, value + 4, len);
	return out->failed ? (int)vv_fail_nomem(err) : 1;
}

/* Of a record of more bytes, only that it is not there. */
static vv_status put_small(vv_check_cache *c, const char *name, const void *bytes, size_t len,
			   vv_error *err)
{
	uint8_t key[SMALL_KEY], value[4 + SMALL_LEN] = {0};
	vv_status rc = open_small(c, err);

	if (rc < 0) return rc;
	small_key(key, name);
	if (len > SMALL_LEN) {
		vv_kept_drop(c->small, key);
		return VV_OK;
	}
	vv_put_le32(value, (uint32_t)len);
	if (len > 0) { /* bytes may be NULL */
		memcpy(value + 4, bytes, len);
	}
	return vv_kept_put(c->small, key, value, err);
}

/* 1, 0 or VV_ENOMEM. */
static int read_kept(const vv_check_cache *c, const char *name, vv_buf *out, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(c->dir, name, NULL);

	if (!path) return vv_fail_nomem(err);
	vv_status rc = vv_derived_read(out, path, RECORD_MARK, 0, VV_CHECK_CACHE_MAX, err);
	return rc < 0 ? (int)rc : out->len > 0;
}

/* 1, 0 or VV_ENOMEM. */
static int read_trusted(const vv_check_cache *c, const char *name, vv_buf *out, vv_error *err)
{
	const record *r = find_record(&c->trusted, name);

	if (!r) return 0;
	if (!vv_buf_reserve(out, (size_t)r->len)) return vv_fail_nomem(err);
	out->len = (size_t)r->len;
	out->data[out->len] = '\0';
	return vv_pread_full(c->trusted_fd, out->data, out->len, r->offset, c->trusted_path,
			     NULL) == (ssize_t)out->len;
}

int vv_check_cache_get(vv_check_cache *c, const char *kind, vv_hash128 key, vv_buf *out,
		       vv_error *err)
{
	char name[NAME_MAX_LEN];
	record *r;
	int found = 0;

	make_name(name, "", kind, key);
	vv_buf_reset(out);
	if (c->dir) {
		found = read_small(c, name, out, err);
		found = found == 0 ? read_kept(c, name, out, err) : found;
	} else if ((r = find_record(&c->used, name)) != NULL && r->bytes.data) {
		vv_buf_put(out, r->bytes.data, r->bytes.len);
		found = out->failed ? (int)vv_fail_nomem(err) : 1;
	}
	if (found == 0) {
		vv_buf_reset(out);
		found = read_trusted(c, name, out, err);
		/* copied to our own records, so that it can be saved again */
		if (found == 1) {
			return vv_check_cache_put(c, kind, key, out->data, out->len, err) < 0
				       ? (int)VV_ENOMEM
				       : 1;
		}
	}
	if (found == 0) {
		vv_buf_reset(out);
	}
	if (found == 1 && !add_record(&c->used, name)) return vv_fail_nomem(err);
	return found;
}

vv_status vv_check_cache_put(vv_check_cache *c, const char *kind, vv_hash128 key, const void *bytes,
			     size_t len, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	char name[NAME_MAX_LEN];

	make_name(name, "", kind, key);
	record *r = add_record(&c->used, name);
	if (!r) return vv_fail_nomem(err);
	if (!c->dir) {
		vv_buf_set(&r->bytes, bytes, len);
		return vv_buf_ok(&r->bytes, err);
	}
	vv_status rc = put_small(c, name, bytes, len, err);
	if (rc < 0 || (len > 0 && len <= SMALL_LEN)) return rc;
	vv_auto(char) *path = vv_path_join(c->dir, name, NULL);
	if (!path) return vv_fail_nomem(err);
	c->wrote = true;
	vv_derived_begin(&b, RECORD_MARK);
	vv_buf_put(&b, bytes, len);
	if (vv_derived_write(&b, path, 0, NULL) < 0) {
		vv_unlink(path, true, NULL); /* the old file is out of date */
	}
	return VV_OK;
}

/* kind and key out of a record's name: the opposite of make_name. */
static bool split_name(const char *name, char kind[NAME_MAX_LEN], vv_hash128 *key)
{
	const char *dash = strchr(name, '-');
	unsigned long long hi, lo;

	if (!dash || strlen(dash + 1) != 32 || sscanf(dash + 1, "%16llx%16llx", &hi, &lo) != 2) {
		return false;
	}
	snprintf(kind, NAME_MAX_LEN, "%.*s", (int)(dash - name), name);
	*key = (vv_hash128){.lo = lo, .hi = hi ^ VV_VERDICT_SOURCES};
	return true;
}

/* A file being written, and the hash of its bytes so far. */
typedef struct saving {
	vv_new_file *file;
	vv_xxh3_state *hash;
} saving;

static vv_status save_bytes(saving *s, const void *bytes, size_t len, vv_error *err)
{
	vv_xxh3_update(s->hash, bytes, len);
	return vv_new_file_put(s->file, bytes, len, err);
}

/* Before each record: its name in NAME_MAX_LEN bytes, le64 length. */
static vv_status save_head(saving *s, const record *r, uint64_t len, vv_error *err)
{
	uint8_t head[NAME_MAX_LEN + 8];

	memcpy(head, r->name, NAME_MAX_LEN); /* zeros follow the name */
	vv_put_le64(head + NAME_MAX_LEN, len);
	return save_bytes(s, head, sizeof(head), err);
}

static vv_status save_record(vv_check_cache *c, saving *s, const record *r, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	char kind[NAME_MAX_LEN];
	vv_hash128 key;
	vv_status rc;
	int found = split_name(r->name, kind, &key) ? vv_check_cache_get(c, kind, key, &bytes, err)
						    : 0;

	if (found <= 0) return (vv_status)found;
	if ((rc = save_head(s, r, bytes.len, err)) < 0) return rc;
	return save_bytes(s, vv_buf_cstr(&bytes), bytes.len, err);
}

/* So many bytes of a file, from offset on. */
static vv_status save_part(saving *s, int fd, const char *path, uint64_t offset, uint64_t len,
			   vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(PIECE);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);

	for (uint64_t at = 0; rc == VV_OK && at < len;) {
		ssize_t n = vv_pread_full(fd, piece, len - at < PIECE ? (size_t)(len - at) : PIECE,
					  offset + at, path, err);

		if (n <= 0) {
			rc = n < 0 ? (vv_status)n
				   : vv_fail(err, VV_EIO, "%s: the file was truncated", path);
			break;
		}
		rc = save_bytes(s, piece, (size_t)n, err);
		at += (uint64_t)n;
	}
	return rc;
}

/* Like a record; skipped if neither here nor in the trusted file. */
static vv_status save_large(vv_check_cache *c, saving *s, const record *r, vv_error *err)
{
	const record *trusted = find_record(&c->trusted, r->name);
	vv_auto(char) *path = c->files ? vv_path_join(c->files, r->name + strlen(FILE_PREFIX), NULL)
				       : NULL;
	uint64_t offset = 0, len = 0;
	vv_stat st;
	int own = path ? vv_open(path, O_RDONLY | O_NONBLOCK, 0, NULL) : -1, fd = own;
	vv_status rc = c->files && !path ? vv_fail_nomem(err) : VV_OK;

	if (own >= 0 && vv_fstat(&st, own, path, NULL) == VV_OK) {
		len = st.size;
	} else if (trusted) {
		fd = c->trusted_fd;
		offset = trusted->offset;
		len = trusted->len;
	}
	if (rc == VV_OK && len > 0 && len <= VV_CHECK_FILES_MAX) {
		if ((rc = save_head(s, r, len, err)) == VV_OK) {
			rc = save_part(s, fd, fd == own ? path : c->trusted_path, offset, len, err);
		}
	}
	vv_close(own, path, NULL);
	return rc;
}

vv_status vv_check_cache_save(vv_check_cache *c, const char *file, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(vv_new_file) to = {0};
	saving s = {&to, hash};
	uint8_t end[8];
	vv_status rc;

	if (!hash) return vv_fail_nomem(err);
	if ((rc = vv_new_file_beside(&to, file, ".varve-result-", err)) < 0 ||
	    (rc = save_bytes(&s, FILE_MAGIC, MAGIC_LEN, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < c->used.count; i++) {
		if ((rc = save_record(c, &s, c->used.items[i], err)) < 0) return rc;
	}
	for (size_t i = 0; i < c->large.count; i++) {
		if ((rc = save_large(c, &s, c->large.items[i], err)) < 0) return rc;
	}
	vv_put_le64(end, vv_xxh3_digest(hash));
	if ((rc = vv_new_file_put(&to, end, sizeof(end), err)) < 0 ||
	    (rc = vv_new_file_end(&to, false, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&to, file, err);
}

static vv_status bad_file(const char *file, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s: not a saved result of a check, or damaged",
		       vv_text_shows(file));
}

/* Does the hash at the end match all bytes before it? */
static vv_status hash_holds(const vv_check_cache *c, uint64_t size, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(char) *piece = vv_malloc(PIECE);
	uint8_t end[8];
	uint64_t at = 0;
	ssize_t n = 0;
	vv_status rc = VV_OK;

	if (!hash || !piece) return vv_fail_nomem(err);
	while (at < size - sizeof(end)) {
		uint64_t left = size - sizeof(end) - at;

		n = vv_pread_full(c->trusted_fd, piece, left < PIECE ? (size_t)left : PIECE, at,
				  c->trusted_path, err);
		if (n <= 0) return n < 0 ? (vv_status)n : bad_file(c->trusted_path, err);
		vv_xxh3_update(hash, piece, (size_t)n);
		at += (uint64_t)n;
	}
	n = vv_pread_full(c->trusted_fd, end, sizeof(end), at, c->trusted_path, err);
	if (n < 0) {
		rc = (vv_status)n;
	} else if (n != (ssize_t)sizeof(end) || vv_get_le64(end) != vv_xxh3_digest(hash)) {
		rc = bad_file(c->trusted_path, err);
	}
	return rc;
}

/* Where the records lie. */
static vv_status index_file(vv_check_cache *c, uint64_t size, vv_error *err)
{
	uint8_t head[NAME_MAX_LEN + 8];
	uint64_t at = MAGIC_LEN, end = size - 8;
	char kind[NAME_MAX_LEN];
	vv_hash128 key;

	while (at < end) {
		ssize_t n = vv_pread_full(c->trusted_fd, head, sizeof(head), at, c->trusted_path,
					  err);
		uint64_t len = n == (ssize_t)sizeof(head) ? vv_get_le64(head + NAME_MAX_LEN) : 0;

		if (n < 0) return (vv_status)n;
		if (n != (ssize_t)sizeof(head) || head[NAME_MAX_LEN - 1] != '\0' ||
		    !split_name((const char *)head, kind, &key) || end - at < sizeof(head) ||
		    len > end - at - sizeof(head) ||
		    len > (strncmp(kind, FILE_PREFIX, strlen(FILE_PREFIX)) == 0
				   ? VV_CHECK_FILES_MAX
				   : VV_CHECK_CACHE_MAX)) {
			return bad_file(c->trusted_path, err);
		}
		record *r = add_record(&c->trusted, (const char *)head);
		if (!r) return vv_fail_nomem(err);
		r->offset = at + sizeof(head);
		r->len = len;
		at = r->offset + len;
	}
	return VV_OK;
}

vv_status vv_check_cache_trust(vv_check_cache *c, const char *file, vv_error *err)
{
	char magic[MAGIC_LEN];
	vv_stat st;
	vv_status rc;

	vv_close(c->trusted_fd, c->trusted_path, NULL);
	vv_free(c->trusted_path);
	clear_records(&c->trusted);
	c->trusted_fd = -1;
	c->trusted_path = vv_strdup(file);
	if (!c->trusted_path) return vv_fail_nomem(err);
	c->trusted_fd = vv_open(file, O_RDONLY | O_NONBLOCK, 0, err);
	if (c->trusted_fd < 0) return (vv_status)c->trusted_fd;
	if ((rc = vv_fstat(&st, c->trusted_fd, file, err)) < 0) return rc;
	if (st.size < MAGIC_LEN + 8 ||
	    vv_pread_full(c->trusted_fd, magic, sizeof(magic), 0, file, NULL) !=
		    (ssize_t)sizeof(magic) ||
	    memcmp(magic, FILE_MAGIC, MAGIC_LEN) != 0) {
		return bad_file(file, err);
	}
	if ((rc = hash_holds(c, st.size, err)) == VV_OK) {
		rc = index_file(c, st.size, err);
	}
	if (rc < 0) {
		clear_records(&c->trusted);
	}
	return rc;
}
