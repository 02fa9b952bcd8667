/*
 * stat_cache: the content of the stat cache's file: XXH3-128 of the path, and a `value` as this machine has it in memory.
 */
#include "repo/git/index/stat_cache.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

typedef struct value {
	vv_stat stat;
	vv_oid id;
	bool guess;
} value;

static const vv_kept_form form = {.mark = "VVSTAT\x02\n",
				  .key_len = sizeof(vv_hash128),
				  .value_len = sizeof(value),
				  .max = 1u << 22};

struct vv_stat_cache {
	vv_kept *kept;
};

vv_status vv_stat_cache_open(vv_stat_cache **out, const char *file, vv_error *err)
{
	vv_auto(vv_stat_cache) *c = vv_calloc(1, sizeof(*c));
	vv_status rc;

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

/* Two paths with one hash are two files: their stats differ. */
static bool look_up(const vv_stat_cache *c, const char *path, const vv_stat *st, bool guess,
		    vv_oid *id)
{
	uint8_t key[sizeof(vv_hash128)];
	value known;

	put_key(key, path);
	const void *kept = vv_kept_get(c->kept, key);
	if (!kept) return false;
	memcpy(&known, kept, sizeof(known));
	if (!vv_stat_equal(&known.stat, st) || (known.guess && !guess)) return false;
	*id = known.id;
	return true;
}

bool vv_stat_cache_get(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	return look_up(c, path, st, false, id);
}

bool vv_stat_cache_guess(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id)
{
	return look_up(c, path, st, true, id);
}

vv_status vv_stat_cache_set(vv_stat_cache *c, const char *path, const vv_stat *st, const vv_oid *id,
			    bool sure, vv_error *err)
{
	uint8_t key[sizeof(vv_hash128)];
	value v;

	memset(&v, 0, sizeof(v)); /* the padding, too: it is written */
	v.stat = *st;
	v.id = *id;
	v.guess = !sure;
	put_key(key, path);
	return vv_kept_put(c->kept, key, &v, err);
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
