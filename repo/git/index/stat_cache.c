/*
 * stat_cache: the content of the stat cache's file: XXH3-128 of the path, 8 x le64 of the stat, 20 bytes blob id.
 */
#include "repo/git/index/stat_cache.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define STAT_LEN 64u
#define FLAG_YOUNG ((uint64_t)1 << 63) /* in the mode's place: only a guess */

static const vv_kept_form form = {.mark = "VVSTAT\x01\n",
				  .key_len = sizeof(vv_hash128),
				  .value_len = STAT_LEN + sizeof(vv_oid),
				  .max = 1u << 22};

struct vv_stat_cache {
	vv_kept *kept;
};

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

vv_status vv_stat_cache_open(vv_stat_cache **out, const char *file, vv_error *err)
{
	vv_auto(vv_stat_cache) *c = vv_calloc(1, sizeof(*c));
	vv_status rc;

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	if ((rc = vv_kept_open(&c->kept, file, &form, 0, err)) < 0) return rc;
	return vv_hand_over(out, &c);
}

void vv_stat_cache_close(vv_stat_cache *c)
{
	if (c) {
		vv_kept_close(c->kept);
		vv_free(c);
	}
}

static void put_key(uint8_t key[sizeof(vv_hash128)], const char *path)
{
	vv_hash128 hash = vv_xxh3_128(path, strlen(path), 0);

	vv_put_le64(key, hash.lo);
	vv_put_le64(key + 8, hash.hi);
}

/* Also where it is only a guess, *young. Two paths with one hash are two files: their stats differ. */
static bool look_up(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id,
		    bool *young)
{
	uint8_t key[sizeof(vv_hash128)];
	vv_stat known;

	put_key(key, path);
	const uint8_t *value = vv_kept_get(c->kept, key);
	if (!value) return false;
	read_stat(&known, value);
	*young = (vv_get_le64(value + 48) & FLAG_YOUNG) != 0;
	if (!vv_stat_equal(&known, st)) return false;
	memcpy(id->id, value + STAT_LEN, sizeof(id->id));
	return true;
}

bool vv_stat_cache_get(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	bool young;
	vv_oid found;

	if (!look_up(c, path, st, &found, &young) || young) return false;
	*id = found;
	return true;
}

bool vv_stat_cache_guess(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	bool young;

	return look_up(c, path, st, id, &young);
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
	uint8_t key[sizeof(vv_hash128)], value[STAT_LEN + sizeof(vv_oid)];
	bool guess = young(st->mtime_sec, st->mtime_nsec, read_at_sec, read_at_nsec) ||
		     young(st->ctime_sec, st->ctime_nsec, read_at_sec, read_at_nsec);

	put_key(key, path);
	write_stat(value, st, guess);
	memcpy(value + STAT_LEN, id->id, sizeof(id->id));
	return vv_kept_put(c->kept, key, value, err);
}

void vv_stat_cache_drop(vv_stat_cache *c, const char *path)
{
	uint8_t key[sizeof(vv_hash128)];

	put_key(key, path);
	vv_kept_drop(c->kept, key);
}

vv_status vv_stat_cache_save(vv_stat_cache *c, vv_error *err)
{
	return vv_kept_save(c->kept, err);
}
