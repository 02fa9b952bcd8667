/*
 * scan_cache: knows the scan cache's file: "VVSCAN" 01 0A, root CID (36 bytes), le64 check of
 * the secret, le64 count, the entries (40 bytes each, the flag in the length's top
 * bit), le64 XXH3 over all before.
 */
#include "dataset/table/scan_cache.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"

static const char magic[8] = {'V', 'V', 'S', 'C', 'A', 'N', 1, '\n'};
#define HEAD_LEN (8u + VV_CID_BYTES + 8u + 8u)
#define ENTRY_LEN 40u
#define FLAG_CLEAN ((uint64_t)1 << 63)
#define FILE_MAX ((size_t)1 << 30)

vv_scan_cache *vv_scan_cache_new(void)
{
	return vv_calloc(1, sizeof(vv_scan_cache));
}

void vv_scan_cache_free(vv_scan_cache *c)
{
	if (c) {
		vv_free(c->entries);
		vv_free(c);
	}
}

vv_status vv_scan_cache_add(vv_scan_cache *c, const vv_scan_entry *e, vv_error *err)
{
	if (!vv_array_room(c->entries, c->count, c->cap)) return vv_fail_nomem(err);
	c->entries[c->count++] = *e;
	return VV_OK;
}

static uint64_t check_of(uint64_t secret)
{
	uint8_t b[8];
	vv_put_le64(b, secret);
	return vv_xxh3(b, sizeof(b), 0x7363616eu);
}

static bool parse(vv_scan_cache *c, const uint8_t *p, size_t len, const vv_cid *root,
		  uint64_t secret, vv_error *err)
{
	if (len < HEAD_LEN + 8 || memcmp(p, magic, 8) != 0 ||
	    vv_xxh3(p, len - 8, 0) != vv_get_le64(p + len - 8) ||
	    vv_cid_read(&c->root, p + 8, VV_CID_BYTES, NULL) < 0 || !vv_cid_equal(&c->root, root)) {
		return false;
	}
	c->secret_check = vv_get_le64(p + 8 + VV_CID_BYTES);
	uint64_t count = vv_get_le64(p + 16 + VV_CID_BYTES);
	if (c->secret_check != check_of(secret) || count != (len - HEAD_LEN - 8) / ENTRY_LEN ||
	    (len - HEAD_LEN - 8) % ENTRY_LEN != 0) {
		return false;
	}
	p += HEAD_LEN;
	for (uint64_t i = 0; i < count; i++, p += ENTRY_LEN) {
		uint64_t n = vv_get_le64(p);
		vv_scan_entry e = {
			.raw_len = n & ~FLAG_CLEAN,
			.hash = {vv_get_le64(p + 8), vv_get_le64(p + 16)},
			.raw_hash = vv_get_le64(p + 24),
			.head_hash = vv_get_le64(p + 32),
			.clean_cut = (n & FLAG_CLEAN) != 0,
		};
		if (vv_scan_cache_add(c, &e, err) < 0) return false;
	}
	return true;
}

vv_status vv_scan_cache_load(vv_scan_cache **out, const char *file, const vv_cid *root,
			     uint64_t secret, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_error ignored = {0};
	vv_scan_cache *c = NULL;
	*out = NULL;
	vv_status rc = vv_read_file(&b, file, FILE_MAX, &ignored);
	if (rc < 0) {
		vv_buf_clear(&b);
		if (rc == VV_ENOMEM) return vv_fail_nomem(err);
		return VV_OK;
	}
	vv_error_clear(&ignored);
	c = vv_scan_cache_new();
	if (!c) {
		rc = vv_fail_nomem(err);
	} else if (parse(c, (const uint8_t *)b.data, b.len, root, secret, &ignored)) {
		*out = c;
		c = NULL;
	} else if (ignored.code == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	}
	vv_scan_cache_free(c);
	vv_buf_clear(&b);
	return rc;
}

/* Right into the file: the checksum tells one that was cut short, and a temporary file
 * for each would be much of the work of adding many small tables. */
static vv_status write_over(const char *file, const vv_buf *b, vv_error *err)
{
	vv_error ignored = {0};
	int fd = vv_open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666, &ignored);
	if (fd < 0) { /* perhaps it is another user's */
		return vv_write_file(file, b->data, b->len, false, err);
	}
	vv_status rc = vv_write_full(fd, b->data, b->len, file, err);
	vv_status closed = vv_close(fd, file, rc < 0 ? NULL : err);
	return rc < 0 ? rc : closed;
}

vv_status vv_scan_cache_save(const vv_scan_cache *c, const char *file, uint64_t secret,
			     vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	uint8_t tmp[ENTRY_LEN > VV_CID_BYTES ? ENTRY_LEN : VV_CID_BYTES];
	vv_status rc;
	vv_buf_reserve(&b, HEAD_LEN + c->count * ENTRY_LEN + 8);
	vv_buf_put(&b, magic, sizeof(magic));
	vv_cid_write(tmp, &c->root);
	vv_buf_put(&b, tmp, VV_CID_BYTES);
	vv_put_le64(tmp, check_of(secret));
	vv_buf_put(&b, tmp, 8);
	vv_put_le64(tmp, c->count);
	vv_buf_put(&b, tmp, 8);
	for (size_t i = 0; i < c->count; i++) {
		const vv_scan_entry *e = &c->entries[i];
		vv_put_le64(tmp, e->raw_len | (e->clean_cut ? FLAG_CLEAN : 0));
		vv_put_le64(tmp + 8, e->hash.lo);
		vv_put_le64(tmp + 16, e->hash.hi);
		vv_put_le64(tmp + 24, e->raw_hash);
		vv_put_le64(tmp + 32, e->head_hash);
		vv_buf_put(&b, tmp, ENTRY_LEN);
	}
	vv_put_le64(tmp, b.failed ? 0 : vv_xxh3(b.data, b.len, 0));
	vv_buf_put(&b, tmp, 8);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK && (rc = vv_mkdirs_above(file, err)) == VV_OK) {
		rc = write_over(file, &b, err);
	}
	vv_buf_clear(&b);
	return rc;
}
