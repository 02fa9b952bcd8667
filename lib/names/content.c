/*
 * content: no pointer is longer than VV_POINTER_MAX, so that larger blobs are not read.
 */
#include "lib/names/content.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "repo/git/blob.h"

void vv_content_of_pointer(vv_content *out, const vv_pointer *p)
{
	*out = (vv_content){.there = true,
			    .file = true,
			    .stored = true,
			    .table = strcmp(p->kind, "table") == 0,
			    .bytes = p->bytes,
			    .rows = p->rows,
			    .columns = p->column_count,
			    .root = p->root};
}

vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};

	*out = (vv_content){.there = mode != 0,
			    .file = S_ISREG(mode),
			    .submodule = mode != 0 && !S_ISREG(mode) && !S_ISLNK(mode)};
	if (!out->there || out->submodule || vv_oid_is_null(blob)) return VV_OK;
	if (!out->file) return vv_blob_size(r, blob, &out->bytes, err);
	const vv_status rc = vv_pointer_blob_read(&b, &arena, r, blob, err);
	if (rc == VV_OK && b.found == VV_OK) {
		vv_content_of_pointer(out, &b.pointer);
	} else {
		out->bytes = b.size;
		out->damaged = rc == VV_OK && b.found != VV_ENOTFOUND;
	}
	return rc;
}

const char *vv_content_kind(const vv_content *c)
{
	if (c->submodule) return "submodule";
	if (!c->stored) return "text";
	if (c->table) return "table";
	return "file";
}
