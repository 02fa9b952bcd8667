/*
 * content: no pointer is longer than VV_POINTER_MAX, so that larger blobs are not read.
 */
#include "lib/names/content.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "repo/git/blob.h"
#include "repo/git/pointer.h"

vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer p;
	vv_status rc;

	*out = (vv_content){.there = mode != 0, .file = S_ISREG(mode)};
	if (!out->file || vv_oid_is_null(blob)) return VV_OK;
	if ((rc = vv_blob_peek_pointer(r, blob, &out->bytes, &text, err)) < 0 || text.len == 0 ||
	    !vv_pointer_looks_like(text.data, text.len)) {
		return rc;
	}
	if (vv_pointer_read(&p, &arena, text.data, text.len, VV_IGNORED) < 0) {
		out->damaged = true;
		return rc;
	}
	out->stored = true;
	out->table = strcmp(p.kind, "table") == 0;
	out->bytes = p.bytes;
	out->rows = p.rows;
	out->columns = p.column_count;
	out->root = p.root;
	return rc;
}
