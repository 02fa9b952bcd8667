/*
 * known_bytes: knows the file of notes: "VVSMUD" 01 0A, le64 XXH3-64 of the secret, the notes
 * (60 bytes each, the newest last: le64 length, le64 and le64 the hash, the root's CID), le64
 * XXH3-64 of all before.
 */
#include "dataset/read/known_bytes.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"

static const char magic[8] = {'V', 'V', 'S', 'M', 'U', 'D', 1, '\n'};
#define HEAD_LEN 16u
#define NOTE_LEN (24u + VV_CID_BYTES)
#define NOTES_MAX 64u
#define PIECE ((size_t)1 << 20)

static uint64_t check_of(uint64_t secret)
{
	uint8_t b[8];

	vv_put_le64(b, secret);
	return vv_xxh3(b, sizeof(b), 0x736d7564u);
}

/* The notes there are into out; nothing where the file is not sound. */
static vv_status load(vv_buf *out, const char *file, uint64_t secret, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_error ignored;
	vv_status rc = vv_read_file(&b, file, HEAD_LEN + NOTES_MAX * NOTE_LEN + 8, &ignored);
	const uint8_t *p = (const uint8_t *)b.data;

	if (rc == VV_OK && b.len >= HEAD_LEN + 8 && (b.len - HEAD_LEN - 8) % NOTE_LEN == 0 &&
	    memcmp(p, magic, sizeof(magic)) == 0 && vv_get_le64(p + 8) == check_of(secret) &&
	    vv_xxh3(p, b.len - 8, 0) == vv_get_le64(p + b.len - 8)) {
		vv_buf_put(out, p + HEAD_LEN, b.len - HEAD_LEN - 8);
	}
	vv_buf_clear(&b);
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : vv_buf_ok(out, err);
}

static char *file_of(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "smudged", NULL);
}

static vv_status save(const char *file, uint64_t secret, const vv_buf *notes, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_error ignored;
	uint8_t le[8];
	vv_status rc;

	vv_buf_put(&b, magic, sizeof(magic));
	vv_put_le64(le, check_of(secret));
	vv_buf_put(&b, le, sizeof(le));
	vv_buf_put(&b, notes->data, notes->len);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_put_le64(le, vv_xxh3(b.data, b.len, 0));
		vv_buf_put(&b, le, sizeof(le));
		rc = vv_buf_ok(&b, err);
	}
	if (rc == VV_OK && vv_mkdirs_above(file, &ignored) == VV_OK) {
		(void)vv_write_file(file, b.data, b.len, false, &ignored);
	}
	vv_buf_clear(&b);
	return rc;
}

vv_status vv_known_bytes_note(vv_repository *r, uint64_t size, vv_hash128 hash, const vv_cid *root,
			      vv_error *err)
{
	vv_buf notes = VV_BUF_INIT, kept = VV_BUF_INIT;
	uint8_t note[NOTE_LEN];
	char *file = file_of(r);
	uint64_t secret;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_repository_secret(r, &secret, err)) < 0 ||
	    (rc = load(&notes, file, secret, err)) < 0) {
		goto done;
	}
	vv_put_le64(note, size);
	vv_put_le64(note + 8, hash.lo);
	vv_put_le64(note + 16, hash.hi);
	vv_cid_write(note + 24, root);
	/* Once, and the newest last. */
	for (size_t at = 0; at < notes.len; at += NOTE_LEN) {
		bool fits = notes.len - at <= (NOTES_MAX - 1) * NOTE_LEN;
		if (fits && memcmp(notes.data + at, note, NOTE_LEN) != 0) {
			vv_buf_put(&kept, notes.data + at, NOTE_LEN);
		}
	}
	vv_buf_put(&kept, note, NOTE_LEN);
	if ((rc = vv_buf_ok(&kept, err)) == VV_OK) {
		rc = save(file, secret, &kept, err);
	}
done:
	vv_buf_clear(&notes);
	vv_buf_clear(&kept);
	vv_free(file);
	return rc;
}

/* *got: all of it was read. */
static vv_status hash_file(vv_hash128 *out, bool *got, const char *file, uint64_t size,
			   uint64_t secret, vv_error *err)
{
	vv_error ignored;
	vv_xxh3_state *hash = vv_xxh3_new(secret);
	char *piece = vv_malloc(PIECE);
	int fd = vv_open_regular(file, 0, &ignored);
	uint64_t left = size;
	ssize_t n = 1;
	vv_status rc = hash && piece ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && fd >= 0 && left > 0 && n > 0) {
		n = vv_read_full(fd, piece, left < PIECE ? (size_t)left : PIECE, file, &ignored);
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
	vv_xxh3_free(hash);
	vv_free(piece);
	return rc;
}

vv_status vv_known_bytes_find(vv_repository *r, const char *file, vv_cid *root, bool *found,
			      vv_error *err)
{
	vv_buf notes = VV_BUF_INIT;
	char *list = file_of(r);
	bool hashed = false, tried = false;
	vv_hash128 hash = {0, 0};
	vv_error ignored;
	uint64_t secret;
	vv_stat st;
	vv_status rc = VV_OK;

	*found = false;
	if (!list) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, &ignored) < 0 || st.size < VV_KNOWN_BYTES_MIN ||
	    vv_repository_secret(r, &secret, &ignored) < 0 ||
	    (rc = load(&notes, list, secret, err)) < 0) {
		goto done;
	}
	for (size_t at = notes.len; at > 0 && !*found; at -= NOTE_LEN) {
		const uint8_t *p = (const uint8_t *)notes.data + at - NOTE_LEN;
		if (vv_get_le64(p) != st.size) {
			continue;
		}
		if (!tried && (rc = hash_file(&hash, &hashed, file, st.size, secret, err)) < 0) {
			goto done;
		}
		tried = true;
		*found = hashed && vv_get_le64(p + 8) == hash.lo &&
			 vv_get_le64(p + 16) == hash.hi &&
			 vv_cid_read(root, p + 24, VV_CID_BYTES, &ignored) == VV_OK;
	}
done:
	vv_buf_clear(&notes);
	vv_free(list);
	return rc;
}
