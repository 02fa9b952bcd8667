/*
 * known_bytes: the content of the file of notes: 60 bytes each, the newest last: le64 length, le64 and le64 the
 * hash, the root's CID.
 */
#include "dataset/read/known_bytes.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVSMUD\x01\n"
#define NOTE_LEN (24u + VV_CID_BYTES)
#define NOTES_MAX 64u
#define PIECE ((size_t)1 << 20)

/* The notes there are, one after the other. */
static vv_status load(vv_buf *out, const char *file, uint64_t secret, vv_error *err)
{
	vv_status rc = vv_derived_read(out, file, MARK, secret,
				       VV_DERIVED_FRAME + NOTES_MAX * NOTE_LEN, err);

	out->len -= out->len % NOTE_LEN;
	return rc;
}

static char *file_of(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "smudged", NULL);
}

vv_status vv_known_bytes_note(vv_repository *r, uint64_t size, vv_hash128 hash, const vv_cid *root,
			      vv_error *err)
{
	vv_auto(vv_buf) notes = VV_BUF_INIT, kept = VV_BUF_INIT;
	uint8_t note[NOTE_LEN];
	vv_auto(char) *file = file_of(r);
	uint64_t secret;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_repository_secret(r, &secret, err)) < 0 ||
	    (rc = load(&notes, file, secret, err)) < 0) {
		return rc;
	}
	vv_put_le64(note, size);
	vv_put_le64(note + 8, hash.lo);
	vv_put_le64(note + 16, hash.hi);
	vv_cid_write(note + 24, root);
	vv_derived_begin(&kept, MARK);
	/* Once, and the newest last. */
	for (size_t at = 0; at < notes.len; at += NOTE_LEN) {
		bool fits = notes.len - at <= (NOTES_MAX - 1) * NOTE_LEN;
		if (fits && memcmp(notes.data + at, note, NOTE_LEN) != 0) {
			vv_buf_put(&kept, notes.data + at, NOTE_LEN);
		}
	}
	vv_buf_put(&kept, note, NOTE_LEN);
	return vv_derived_write(&kept, file, secret, VV_IGNORED) == VV_ENOMEM ? vv_fail_nomem(err)
									      : VV_OK;
}

/* *got: all of it was read. */
static vv_status hash_file(vv_hash128 *out, bool *got, const char *file, uint64_t size,
			   uint64_t secret, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(secret);
	vv_auto(char) *piece = vv_malloc(PIECE);
	int fd = vv_open_regular(file, 0, VV_IGNORED);
	uint64_t left = size;
	ssize_t n = 1;
	vv_status rc = hash && piece ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && fd >= 0 && left > 0 && n > 0) {
		n = vv_read_full(fd, piece, left < PIECE ? (size_t)left : PIECE, file, VV_IGNORED);
		if (n > 0) {
			vv_xxh3_update(hash, piece, (size_t)n);
			left -= (uint64_t)n;
		}
	}
	*got = rc == VV_OK && fd >= 0 && left == 0;
	if (*got) {
		*out = vv_xxh3_digest128(hash);
	}
	vv_close(fd < 0 ? -1 : fd, file, NULL);
	return rc;
}

vv_status vv_known_bytes_find(vv_repository *r, const char *file, vv_cid *root, bool *found,
			      vv_error *err)
{
	vv_auto(vv_buf) notes = VV_BUF_INIT;
	vv_auto(char) *list = file_of(r);
	bool hashed = false, tried = false;
	vv_hash128 hash = {0, 0};
	uint64_t secret;
	vv_stat st;
	vv_status rc = VV_OK;

	*found = false;
	if (!list) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) < 0 || st.size < VV_KNOWN_BYTES_MIN ||
	    vv_repository_secret(r, &secret, VV_IGNORED) < 0 ||
	    (rc = load(&notes, list, secret, err)) < 0) {
		return rc;
	}
	for (size_t at = notes.len; at > 0 && !*found; at -= NOTE_LEN) {
		const uint8_t *p = (const uint8_t *)notes.data + at - NOTE_LEN;
		if (vv_get_le64(p) != st.size) {
			continue;
		}
		if (!tried && (rc = hash_file(&hash, &hashed, file, st.size, secret, err)) < 0) {
			return rc;
		}
		tried = true;
		*found = hashed && vv_get_le64(p + 8) == hash.lo &&
			 vv_get_le64(p + 16) == hash.hi &&
			 vv_cid_read(root, p + 24, VV_CID_BYTES, VV_IGNORED) == VV_OK;
	}
	return rc;
}
