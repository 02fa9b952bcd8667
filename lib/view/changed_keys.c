/*
 * changed_keys: the bits of a key, and the files beside a table.
 */
#include "lib/view/changed_keys.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"
#include "repo/git/history/history.h"

#define BYTES 1024u /* of a pair: of 1,000 keys 2 in 100 others look as if they were among them */
#define BITS_OF_KEY 4u

struct vv_changed_keys {
	vv_kept *kept;
	uint8_t bits[BYTES];
};

static const vv_kept_form form = {.mark = "VVCHKY\x01\n",
				  .key_len = 16,
				  .value_len = BYTES,
				  .max = 2048};

vv_status vv_changed_keys_open(vv_changed_keys **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_changed_keys) *k = vv_calloc(1, sizeof(*k));
	vv_auto(char) *file = vv_path_join(vv_repository_varvedir(r), "cache", "changed-keys",
					   NULL);
	uint64_t secret = 0;
	vv_status rc;

	if (!k || !file) return vv_fail_nomem(err);
	bool secure = vv_repository_secret(r, &secret, VV_IGNORED) == VV_OK;
	if ((rc = vv_kept_open(&k->kept, secure ? file : NULL, &form, secret, err)) < 0) return rc;
	return vv_hand_over(out, &k);
}

void vv_changed_keys_close(vv_changed_keys *k)
{
	if (k) {
		if (k->kept) {
			(void)vv_kept_save(k->kept, VV_IGNORED);
		}
		vv_kept_close(k->kept);
		vv_free(k);
	}
}

static vv_status put_entry(vv_buf *out, vv_repository *r, const vv_oid *commit, const char *path,
			   vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	const vv_status rc = vv_tree_entry_at(r, commit, path, &e, err);

	if (rc == VV_OK) {
		vv_buf_put(out, &e.id, sizeof(e.id));
	}
	vv_buf_putc(out, '\0');
	return vv_missing_ok(rc, err);
}

/* The file, and the descriptions in its folder and those above (dataset/schema/declared.h). */
static vv_status put_file(vv_buf *out, vv_repository *r, const vv_lineage_file *f, vv_error *err)
{
	vv_auto(vv_buf) beside = VV_BUF_INIT;

	vv_buf_put(out, &f->blob, sizeof(f->blob));
	vv_buf_puts(out, vv_path_base(f->path));
	vv_buf_putc(out, '\0');
	vv_status rc = put_entry(out, r, &f->commit, "varve.json", err);
	for (size_t len = strlen(f->path); rc == VV_OK && len > 0;) {
		while (len > 0 && f->path[len - 1] != '/') {
			len--;
		}
		vv_buf_set(&beside, f->path, len);
		vv_buf_puts(&beside, "datapackage.json");
		if (beside.failed) return vv_fail_nomem(err);
		rc = put_entry(out, r, &f->commit, vv_buf_cstr(&beside), err);
		len -= len > 0;
	}
	return rc;
}

vv_status vv_changed_keys_name(vv_hash128 *out, vv_repository *r, const vv_lineage_file *older,
			       const vv_lineage_file *newer, const char *const *key, vv_error *err)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	vv_status rc;

	if ((rc = put_file(&all, r, older, err)) < 0 || (rc = put_file(&all, r, newer, err)) < 0) {
		return rc;
	}
	for (; *key; key++) {
		vv_buf_put(&all, *key, strlen(*key) + 1);
	}
	*out = vv_xxh3_128(vv_buf_cstr(&all), all.len, 0);
	return vv_buf_ok(&all, err);
}

static void name_bytes(uint8_t out[16], const vv_hash128 *pair)
{
	memcpy(out, &pair->lo, 8);
	memcpy(out + 8, &pair->hi, 8);
}

static size_t bit_of(const vv_hash128 *hash, unsigned i)
{
	return (size_t)((hash->lo + i * hash->hi) % ((uint64_t)BYTES * 8));
}

bool vv_changed_keys_lack(vv_changed_keys *k, const vv_hash128 *pair, const char *key)
{
	const vv_hash128 hash = vv_xxh3_128(key, strlen(key), 0);
	uint8_t name[16];
	const uint8_t *bits;

	name_bytes(name, pair);
	if (!(bits = vv_kept_get(k->kept, name))) return false;
	for (unsigned i = 0; i < BITS_OF_KEY; i++) {
		size_t bit = bit_of(&hash, i);

		if (!(bits[bit / 8] & (1u << (bit % 8)))) return true;
	}
	return false;
}

void vv_changed_keys_begin(vv_changed_keys *k)
{
	memset(k->bits, 0, sizeof(k->bits));
}

void vv_changed_keys_add(vv_changed_keys *k, const char *key)
{
	const vv_hash128 hash = vv_xxh3_128(key, strlen(key), 0);

	for (unsigned i = 0; i < BITS_OF_KEY; i++) {
		size_t bit = bit_of(&hash, i);

		k->bits[bit / 8] |= (uint8_t)(1u << (bit % 8));
	}
}

vv_status vv_changed_keys_keep(vv_changed_keys *k, const vv_hash128 *pair, vv_error *err)
{
	uint8_t name[16];

	name_bytes(name, pair);
	return vv_kept_put(k->kept, name, k->bits, err);
}
