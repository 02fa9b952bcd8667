/*
 * scan_cache: the content of the scan cache's file: root CID (36 bytes), the entries (40 bytes
 * each, the flag in the length's top bit).
 */
#include "dataset/read/scan_cache.h"

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVSCAN\x01\n"
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
		vv_free_all(c->entries, c);
	}
}

vv_status vv_scan_cache_add(vv_scan_cache *c, const vv_scan_entry *e, vv_error *err)
{
	return vv_array_add(c->entries, c->count, c->cap, *e) ? VV_OK : vv_fail_nomem(err);
}

static bool parse_entries(vv_scan_cache *c, const uint8_t *p, size_t len, const vv_cid *root,
			  vv_error *err)
{
	if (len < VV_CID_BYTES || (len - VV_CID_BYTES) % ENTRY_LEN != 0 ||
	    vv_cid_read(&c->root, p, VV_CID_BYTES, NULL) < 0 || !vv_cid_equal(&c->root, root)) {
		return false;
	}
	for (size_t at = VV_CID_BYTES; at < len; at += ENTRY_LEN) {
		uint64_t n = vv_get_le64(p + at);
		vv_scan_entry e = {
			.raw_len = n & ~FLAG_CLEAN,
			.hash = {vv_get_le64(p + at + 8), vv_get_le64(p + at + 16)},
			.raw_hash = vv_get_le64(p + at + 24),
			.head_hash = vv_get_le64(p + at + 32),
			.clean_cut = (n & FLAG_CLEAN) != 0,
		};
		if (vv_scan_cache_add(c, &e, err) < 0) return false;
	}
	return true;
}

vv_status vv_scan_cache_load(vv_scan_cache **out, const char *file, const vv_cid *root,
			     uint64_t secret, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_scan_cache) *c = NULL;
	vv_error ignored = {0};
	vv_status rc = vv_derived_read(&b, file, MARK, secret, FILE_MAX, err);

	*out = NULL;
	if (rc < 0 || b.len == 0) return rc;
	if (!(c = vv_scan_cache_new())) return vv_fail_nomem(err);
	if (parse_entries(c, (const uint8_t *)b.data, b.len, root, &ignored)) {
		*out = vv_take(&c);
	}
	return ignored.code == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_scan_cache_save(const vv_scan_cache *c, const char *file, uint64_t secret,
			     vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint8_t tmp[ENTRY_LEN];

	vv_buf_reserve(&b, VV_DERIVED_FRAME + VV_CID_BYTES + c->count * ENTRY_LEN);
	vv_derived_begin(&b, MARK);
	vv_cid_write(tmp, &c->root);
	vv_buf_put(&b, tmp, VV_CID_BYTES);
	vv_array_each(c->entries, c->count, e) {
		vv_put_le64(tmp, e->raw_len | (e->clean_cut ? FLAG_CLEAN : 0));
		vv_put_le64(tmp + 8, e->hash.lo);
		vv_put_le64(tmp + 16, e->hash.hi);
		vv_put_le64(tmp + 24, e->raw_hash);
		vv_put_le64(tmp + 32, e->head_hash);
		vv_buf_put(&b, tmp, ENTRY_LEN);
	}
	return vv_derived_write_over(&b, file, secret, err);
}
