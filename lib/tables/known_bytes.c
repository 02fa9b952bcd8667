/*
 * known_bytes: a file of notes: le64 length, le64 and le64 the hash; the root's CID.
 */
#include "lib/tables/known_bytes.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

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

vv_status vv_known_bytes_note(vv_repository *r, uint64_t size, vv_hash128 hash, const vv_cid *root,
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
	return vv_kept_save(notes, VV_IGNORED) == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

/* *got: all of it was read. */
static vv_status hash_file(vv_hash128 *out, bool *got, const char *file, uint64_t size,
			   uint64_t secret, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(secret);
	uint64_t len = 0;

	if (!hash) return vv_fail_nomem(err);
	int fd = vv_open_regular(file, 0, VV_IGNORED);
	*got = fd >= 0 && vv_hash_rest(hash, &len, fd, file, VV_IGNORED) == VV_OK && len == size;
	*out = vv_xxh3_digest128(hash);
	(void)vv_close(fd, file, VV_IGNORED);
	return VV_OK;
}

vv_status vv_known_bytes_find(vv_repository *r, const char *file, vv_cid *root, bool *found,
			      vv_error *err)
{
	vv_auto(vv_kept) *notes = NULL;
	uint8_t key[KEY_LEN];
	bool hashed = false;
	vv_hash128 hash = {0, 0};
	uint64_t secret;
	vv_stat st;
	vv_error why;
	vv_status rc;

	*found = false;
	if (vv_lstat(&st, file, VV_IGNORED) < 0 || st.size < VV_KNOWN_BYTES_MIN) return VV_OK;
	if ((rc = open_notes(&notes, r, &secret, &why)) < 0) {
		return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	}
	if (vv_kept_count(notes) == 0) return VV_OK;
	if ((rc = hash_file(&hash, &hashed, file, st.size, secret, err)) < 0 || !hashed) return rc;
	put_key(key, st.size, hash);
	const uint8_t *value = vv_kept_get(notes, key);
	*found = value && vv_cid_read(root, value, VV_CID_BYTES, VV_IGNORED) == VV_OK;
	return VV_OK;
}
