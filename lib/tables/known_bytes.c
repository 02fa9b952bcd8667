/*
 * known_bytes: a file of notes: le64 length, le64 and le64 the hash; the root's CID.
 */
#include "lib/tables/known_bytes.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "repo/blocks/derived.h"
#include "repo/blocks/reach.h"

#define KEY_LEN 24u

static const vv_kept_form form = {.mark = "VVSMUD\x01\n",
				  .key_len = KEY_LEN,
				  .value_len = VV_CID_BYTES,
				  .max = 64};

static char *file_of(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "smudged", NULL);
}

static vv_status open_notes(vv_kept **out, vv_repository *r, uint64_t *secret, vv_error *err)
{
	vv_auto(char) *file = file_of(r);
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_repository_secret(r, secret, err)) < 0) return rc;
	return vv_kept_open(out, file, &form, *secret, err);
}

static void put_key(uint8_t key[KEY_LEN], uint64_t size, vv_hash128 hash)
{
	vv_put_le64(key, size);
	vv_put_le64(key + 8, hash.lo);
	vv_put_le64(key + 16, hash.hi);
}

static vv_status hash_note(vv_repository *r, uint64_t size, vv_hash128 hash, const vv_cid *root,
			   vv_error *err)
{
	vv_auto(vv_kept) *notes = NULL;
	uint8_t key[KEY_LEN], value[VV_CID_BYTES];
	uint64_t secret;
	vv_status rc;

	if ((rc = open_notes(&notes, r, &secret, err)) < 0) return rc;
	put_key(key, size, hash);
	vv_cid_write(value, root);
	if ((rc = vv_kept_put(notes, key, value, err)) < 0) return rc;
	return vv_kept_save(notes, err);
}

/* A file's bytes on their way, with their hash. */
typedef struct hashed {
	vv_bytes_fn fn;
	void *payload;
	vv_xxh3_state *hash;
} hashed;

static vv_status give_hashed(void *payload, const void *bytes, size_t len, vv_error *err)
{
	hashed *h = payload;

	vv_xxh3_update(h->hash, bytes, len);
	return h->fn(h->payload, bytes, len, err);
}

vv_status vv_known_bytes_write(vv_repository *r, vv_table *t, vv_bytes_fn fn, void *payload,
			       const vv_bytes_options *opts, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(opts->secret);
	hashed h = {fn, payload, hash};
	vv_status rc;

	if (!hash) return vv_fail_nomem(err);
	if (vv_root_is_encoded(&t->root) || t->root.bytes < VV_KNOWN_BYTES_MIN) {
		return vv_table_file(t, fn, payload, opts, err);
	}
	if ((rc = vv_table_bytes_with(t, give_hashed, &h, opts, err)) == VV_OK) {
		(void)hash_note(r, t->root.bytes, vv_xxh3_digest128(hash), &t->cid, VV_IGNORED);
	}
	return rc;
}

bool vv_known_bytes_of(vv_repository *r, const vv_cid *root, uint64_t *size, vv_hash128 *hash)
{
	vv_auto(vv_kept) *notes = NULL;
	vv_auto(vv_buf) list = VV_BUF_INIT;
	uint8_t value[VV_CID_BYTES];
	uint64_t secret;

	vv_cid_write(value, root);
	if (open_notes(&notes, r, &secret, VV_IGNORED) < 0 ||
	    vv_kept_list(notes, form.max, &list, VV_IGNORED) < 0) {
		return false;
	}
	for (size_t at = 0; at < list.len; at += KEY_LEN + VV_CID_BYTES) {
		const uint8_t *key = (const uint8_t *)list.data + at;

		if (memcmp(key + KEY_LEN, value, VV_CID_BYTES) == 0) {
			*size = vv_get_le64(key);
			*hash = (vv_hash128){.lo = vv_get_le64(key + 8),
					     .hi = vv_get_le64(key + 16)};
			return true;
		}
	}
	return false;
}

static vv_status add_to_hash(void *payload, const void *bytes, size_t len, vv_error *err VV_UNUSED)
{
	vv_xxh3_update(payload, bytes, len);
	return VV_OK;
}

bool vv_known_bytes_read(vv_repository *r, vv_table *t, vv_hash128 *hash)
{
	vv_bytes_options how = {.old_fd = -1};
	vv_store *store;
	bool complete = false;

	if (t->root.bytes >= VV_KNOWN_BYTES_MIN ||
	    vv_repository_secret(r, &how.secret, VV_IGNORED) < 0 ||
	    vv_repository_store(r, &store, VV_IGNORED) < 0 ||
	    vv_store_complete(store, &t->cid, &complete, NULL, VV_IGNORED) < 0 || !complete) {
		return false;
	}
	vv_auto(vv_xxh3_state) *state = vv_xxh3_new(how.secret);
	if (!state || vv_table_file(t, add_to_hash, state, &how, VV_IGNORED) < 0) return false;
	*hash = vv_xxh3_digest128(state);
	return true;
}
