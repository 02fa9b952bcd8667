/*
 * signed_files: the lines of the list.
 */
#include "lib/heads/signed_files.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hint.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/tree.h"

#define HEX (2 * (size_t)VV_SHA256_LEN)
#define CONTENT_MAX (2 * VV_HEAD_REFS_MAX)

static vv_status damaged_list(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT,
		       "the signature of a head does not match its list of contents");
}

/* Sorted lines "<SHA-256> <name>", each of a ref of the head. */
static bool is_sound(const vv_head_commit *c)
{
	const char *at = vv_buf_cstr(&c->content), *end = at + c->content.len, *last = NULL;

	while (at < end) {
		uint8_t id[VV_SHA256_LEN];
		const size_t len = strcspn(at, "\n");
		vv_auto(char) *name = NULL;
		vv_oid ignored;

		if (len <= HEX + 1 || at[len] != '\n' || at[HEX] != ' ' ||
		    !vv_hex_read(id, sizeof(id), at) ||
		    !(name = vv_strndup(at + HEX + 1, len - HEX - 1)) ||
		    !vv_head_commit_ref(c, name, &ignored) ||
		    (last && strncmp(last, name, len) >= 0)) {
			return false;
		}
		last = at + HEX + 1;
		at += len + 1;
	}
	return true;
}

vv_status vv_signed_files_read(vv_head_commit *c, vv_repository *r, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc;

	if (!c->has_content || c->content.len > 0) return VV_OK;
	rc = vv_tree_entry_at(r, &c->id, "content", &e, err);
	if (rc == VV_ENOTFOUND) return damaged_list(err);
	if (rc < 0 || (rc = vv_blob_read(r, &e.id, CONTENT_MAX, &c->content, err)) < 0 ||
	    (rc = vv_sha256(digest, vv_buf_cstr(&c->content), c->content.len, err)) < 0) {
		return rc;
	}
	return memcmp(digest, c->content_sha256, sizeof(digest)) == 0 && is_sound(c)
		       ? VV_OK
		       : damaged_list(err);
}

static bool find_id(uint8_t out[VV_SHA256_LEN], const vv_head_commit *c, const char *ref)
{
	const char *line = vv_head_list_find(&c->content, HEX, ref, strlen(ref));

	return line && vv_hex_read(out, VV_SHA256_LEN, line);
}

vv_status vv_signed_files_put(vv_head_commit *c, const vv_head_commit *before, vv_repository *r,
			      vv_error *err)
{
	vv_auto(vv_sha256_ids) *ids = vv_sha256_ids_new(r);
	const char *at = vv_buf_cstr(&c->refs);
	vv_head_ref ref;

	if (!ids) return vv_fail_nomem(err);
	while (vv_head_refs_next(&ref, &at)) {
		vv_auto(char) *name = vv_strndup(ref.name, ref.len);
		uint8_t id[VV_SHA256_LEN];
		vv_oid was;
		vv_status rc = vv_alloc_ok(name, err);

		if (rc < 0) return rc;
		const bool same = vv_head_commit_ref(before, name, &was) &&
				  vv_oid_equal(&was, &ref.id) && find_id(id, before, name);
		rc = same ? VV_OK : vv_sha256_id_of(id, ids, &ref.id, err);
		if (rc == VV_ENOTFOUND || rc == VV_EMISSING) {
			continue;
		}
		if (rc < 0) return rc;
		vv_hex_put(&c->content, id, sizeof(id));
		vv_buf_printf(&c->content, " %s\n", name);
	}
	vv_error_clear(err);
	return vv_buf_ok(&c->content, err);
}

void vv_signed_files_put_uncovered(vv_buf *out, const vv_head_commit *c)
{
	const char *at = vv_buf_cstr(&c->refs);
	vv_head_ref ref;

	while (vv_head_refs_next(&ref, &at)) {
		if (!vv_head_list_find(&c->content, HEX, ref.name, ref.len)) {
			vv_buf_printf(out, "%.*s\n", (int)ref.len, ref.name);
		}
	}
}

vv_status vv_signed_files_compare(vv_files_verdict *out, const vv_head_commit *c,
				  vv_sha256_ids *ids, const char *ref, vv_error *err)
{
	uint8_t want[VV_SHA256_LEN], is[VV_SHA256_LEN];
	vv_oid id;

	*out = VV_FILES_UNCOVERED;
	if (!vv_head_commit_ref(c, ref, &id) || !find_id(want, c, ref)) return VV_OK;
	const vv_status rc = vv_sha256_id_of(is, ids, &id, err);
	if (rc == VV_ENOTFOUND || rc == VV_EMISSING) {
		vv_error_clear(err);
		*out = VV_FILES_MISSING;
		return VV_OK;
	}
	if (rc == VV_OK) {
		*out = memcmp(is, want, sizeof(is)) == 0 ? VV_FILES_SAME : VV_FILES_DIFFERS;
	}
	return rc;
}

vv_status vv_signed_files_check(const vv_head_commit *c, vv_sha256_ids *ids, const char *ref,
				const char *from, vv_error *err)
{
	vv_files_verdict is;
	const vv_status rc = vv_signed_files_compare(&is, c, ids, ref, err);

	if (rc < 0 || is != VV_FILES_DIFFERS) return rc;
	vv_fail(err, VV_ECORRUPT,
		"'%s' has other files in %s than those of its signed head, number %llu; nothing was "
		"moved",
		vv_text_url(from), vv_text_shows(ref), (unsigned long long)c->record.number);
	return vv_hint(err, "use another copy of the repository, or ask its owner");
}
