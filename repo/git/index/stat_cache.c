/*
 * stat_cache: the content of the stat cache's file: entries (varint path length, path, 8 x le64 of
 * the stat, 20 bytes blob id).
 */
#include "repo/git/index/stat_cache.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVSTAT\x01\n"
#define FIXED_LEN (8u * 8u + 20u)
#define FLAG_YOUNG ((uint64_t)1 << 63) /* in the mode's place */
#define FILE_MAX ((size_t)1 << 30)

typedef struct entry {
	const char *path;
	size_t path_len;
	vv_stat st;
	vv_oid id;
	bool dropped;
	bool young; /* the file was younger than a second when it was read: only a guess */
} entry;

struct vv_stat_cache {
	char *file;
	vv_arena arena;
	entry *entries;
	size_t count, cap;
	vv_hash_index index; /* of entries */
	bool changed;
};

static entry *find(const vv_stat_cache *c, const char *path, size_t len, uint64_t hash)
{
	vv_hash_probe p = vv_hash_probe_begin(&c->index, hash);
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		entry *e = &c->entries[at];

		if (e->path_len == len && memcmp(e->path, path, len) == 0) return e;
	}
	return NULL;
}

static entry *find_path(const vv_stat_cache *c, const char *path)
{
	size_t len = strlen(path);

	return find(c, path, len, vv_xxh3(path, len, c->index.seed));
}

static vv_status put(vv_stat_cache *c, const char *path, size_t len, const vv_stat *st,
		     const vv_oid *id, bool young, vv_error *err)
{
	uint64_t hash = vv_xxh3(path, len, c->index.seed);
	entry *e = find(c, path, len, hash);

	if (!e) {
		const char *copy = vv_arena_strndup(&c->arena, path, len);

		if (!copy || !vv_array_room(c->entries, c->count, c->cap) ||
		    !vv_hash_index_add(&c->index, hash, c->count)) {
			return vv_fail_nomem(err);
		}
		e = &c->entries[c->count++];
		e->path = copy;
		e->path_len = len;
	}
	e->st = *st;
	e->id = *id;
	e->dropped = false;
	e->young = young;
	return VV_OK;
}

static void write_stat(uint8_t *p, const vv_stat *st, bool young)
{
	vv_put_le64(p, st->size);
	vv_put_le64(p + 8, (uint64_t)st->mtime_sec);
	vv_put_le64(p + 16, (uint64_t)st->ctime_sec);
	vv_put_le64(p + 24, (uint64_t)st->mtime_nsec << 32 | st->ctime_nsec);
	vv_put_le64(p + 32, st->ino);
	vv_put_le64(p + 40, st->dev);
	vv_put_le64(p + 48, st->mode | (young ? FLAG_YOUNG : 0));
	vv_put_le64(p + 56, (uint64_t)st->uid << 32 | st->gid);
}

static void read_stat(vv_stat *st, const uint8_t *p)
{
	st->size = vv_get_le64(p);
	st->mtime_sec = (int64_t)vv_get_le64(p + 8);
	st->ctime_sec = (int64_t)vv_get_le64(p + 16);
	st->mtime_nsec = (uint32_t)(vv_get_le64(p + 24) >> 32);
	st->ctime_nsec = (uint32_t)vv_get_le64(p + 24);
	st->ino = vv_get_le64(p + 32);
	st->dev = vv_get_le64(p + 40);
	st->mode = (uint32_t)vv_get_le64(p + 48);
	st->uid = (uint32_t)(vv_get_le64(p + 56) >> 32);
	st->gid = (uint32_t)vv_get_le64(p + 56);
}

static vv_status parse(vv_stat_cache *c, const uint8_t *p, const uint8_t *end, vv_error *err)
{
	uint64_t path_len;

	while (p < end) {
		vv_stat st;
		vv_oid id;

		if (!vv_varint_read(&p, end, &path_len) || path_len > (uint64_t)(end - p) ||
		    (uint64_t)(end - p) - path_len < FIXED_LEN) {
			return VV_OK;
		}
		read_stat(&st, p + path_len);
		memcpy(id.id, p + path_len + 64, sizeof(id.id));
		vv_status rc = put(c, (const char *)p, (size_t)path_len, &st, &id,
				   (vv_get_le64(p + path_len + 48) & FLAG_YOUNG) != 0, err);
		if (rc < 0) return rc;
		p += path_len + FIXED_LEN;
	}
	return VV_OK;
}

vv_status vv_stat_cache_open(vv_stat_cache **out, const char *file, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_stat_cache *c = vv_calloc(1, sizeof(*c));
	*out = NULL;
	if (!c || !(c->file = vv_strdup(file))) {
		vv_free(c);
		return vv_fail_nomem(err);
	}
	vv_arena_init(&c->arena);
	vv_hash_index_init(&c->index);
	vv_status rc = vv_derived_read(&b, file, MARK, 0, FILE_MAX, err);
	if (rc == VV_OK && b.len > 0) {
		rc = parse(c, (const uint8_t *)b.data, (const uint8_t *)b.data + b.len, err);
	}
	if (rc < 0) {
		vv_stat_cache_close(c);
		return rc;
	}
	*out = c;
	return VV_OK;
}

void vv_stat_cache_close(vv_stat_cache *c)
{
	if (c) {
		vv_arena_clear(&c->arena);
		vv_hash_index_clear(&c->index);
		vv_free(c->entries);
		vv_free(c->file);
		vv_free(c);
	}
}

static const entry *lookup(const vv_stat_cache *c, const char *path, const vv_stat *st)
{
	const entry *e = find_path(c, path);
	return e && !e->dropped && vv_stat_equal(&e->st, st) ? e : NULL;
}

bool vv_stat_cache_get(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	const entry *e = lookup(c, path, st);
	if (!e || e->young) return false;
	*id = e->id;
	return true;
}

bool vv_stat_cache_guess(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	const entry *e = lookup(c, path, st);
	if (e) {
		*id = e->id;
	}
	return e != NULL;
}

/* Did the file change less than a second before it was read? A change in the same
 * tick of the clock could then have been missed. */
static bool young(int64_t sec, uint32_t nsec, int64_t at_sec, uint32_t at_nsec)
{
	return sec + 1 > at_sec || (sec + 1 == at_sec && nsec >= at_nsec);
}

vv_status vv_stat_cache_set(vv_stat_cache *c, const char *path, const vv_stat *st, const vv_oid *id,
			    int64_t read_at_sec, uint32_t read_at_nsec, vv_error *err)
{
	vv_oid known;
	bool guess = young(st->mtime_sec, st->mtime_nsec, read_at_sec, read_at_nsec) ||
		     young(st->ctime_sec, st->ctime_nsec, read_at_sec, read_at_nsec);
	if (!guess && vv_stat_cache_get(c, path, st, &known) && vv_oid_equal(&known, id)) {
		return VV_OK;
	}
	c->changed = true;
	return put(c, path, strlen(path), st, id, guess, err);
}

void vv_stat_cache_drop(vv_stat_cache *c, const char *path)
{
	entry *e = find_path(c, path);
	if (e && !e->dropped) {
		e->dropped = true;
		c->changed = true;
	}
}

vv_status vv_stat_cache_save(vv_stat_cache *c, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint8_t fixed[FIXED_LEN];

	if (!c->changed) return VV_OK;
	vv_derived_begin(&b, MARK);
	for (size_t i = 0; i < c->count; i++) {
		const entry *e = &c->entries[i];

		if (e->dropped) {
			continue;
		}
		vv_buf_put_varint(&b, e->path_len);
		vv_buf_put(&b, e->path, e->path_len);
		write_stat(fixed, &e->st, e->young);
		memcpy(fixed + 64, e->id.id, sizeof(e->id.id));
		vv_buf_put(&b, fixed, sizeof(fixed));
	}
	vv_status rc = vv_derived_write(&b, c->file, 0, err);
	c->changed = rc < 0;
	return rc;
}
