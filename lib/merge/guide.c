/*
 * guide: files that live as long as one merge, and that one version of varve writes and reads.
 */
#include "lib/merge/guide.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"

#define GUIDE_MAX ((size_t)64 << 20)

static vv_status put_file(const char *folder, const char *name, const vv_buf *b, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(folder, name, (char *)NULL);
	vv_status rc = file ? vv_buf_ok(b, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : vv_write_file(file, vv_buf_cstr(b), b->len, false, err);
}

static vv_status get_file(vv_buf *out, const char *folder, const char *name, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(folder, name, (char *)NULL);

	return file ? vv_read_regular(out, file, GUIDE_MAX, err) : vv_fail_nomem(err);
}

vv_status vv_merge_guide_write(const vv_merge_guide *g, const char *folder, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_put(&b, g, sizeof(*g));
	vv_buf_put(&b, g->names[0], strlen(g->names[0]) + 1);
	vv_buf_put(&b, g->names[1], strlen(g->names[1]) + 1);
	return put_file(folder, "guide", &b, err);
}

vv_status vv_merge_guide_read(vv_merge_guide *out, const char *folder, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = get_file(&b, folder, "guide", err);

	if (rc < 0) return rc;
	if (b.len < sizeof(*out) + 2 || b.data[b.len - 1] != '\0') {
		return vv_fail(err, VV_ECORRUPT,
			       "'%s/guide' is damaged, or was written by another "
			       "version of varve",
			       folder);
	}
	memcpy(out, b.data, sizeof(*out));
	out->names[0] = b.data + sizeof(*out);
	out->names[1] = out->names[0] + strlen(out->names[0]) + 1;
	out->text = b;
	b = (vv_buf)VV_BUF_INIT;
	return VV_OK;
}

vv_status vv_merge_report_read(vv_merge_report *out, const char *folder, vv_error *err)
{
	vv_buf *b = &out->text;
	vv_status rc = vv_missing_ok(get_file(b, folder, "report", err), err);

	for (size_t at = 0; rc == VV_OK && at + sizeof(vv_merged_table) < b->len;) {
		if (!vv_array_room(out->tables, out->count, out->cap)) return vv_fail_nomem(err);
		vv_merged_table *t = &out->tables[out->count++];

		memcpy(t, b->data + at, sizeof(*t));
		t->path = b->data + at + sizeof(*t);
		at += sizeof(*t) + strlen(t->path) + 1;
	}
	return rc;
}

vv_status vv_merge_report_add(const char *folder, const vv_merged_table *t, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = vv_missing_ok(get_file(&b, folder, "report", err), err);

	vv_buf_put(&b, t, sizeof(*t));
	vv_buf_put(&b, t->path, strlen(t->path) + 1);
	return rc < 0 ? rc : put_file(folder, "report", &b, err);
}

const vv_merged_table *vv_merge_report_find(const vv_merge_report *r, const char *path,
					    const vv_oid *sides)
{
	for (size_t i = r->count; i > 0; i--) {
		const vv_merged_table *t = &r->tables[i - 1];

		if (strcmp(t->path, path) == 0 &&
		    (!sides || memcmp(t->sides, sides, sizeof(t->sides)) == 0)) {
			return t;
		}
	}
	return NULL;
}

void vv_merge_report_clear(vv_merge_report *r)
{
	vv_free(r->tables);
	vv_buf_clear(&r->text);
	memset(r, 0, sizeof(*r));
}

void vv_merge_failure_write(const char *folder, const vv_error *why)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_put(&b, why, sizeof(*why));
	(void)put_file(folder, "failure", &b, VV_IGNORED);
}

void vv_merge_failure_clear(const char *folder)
{
	vv_auto(char) *file = vv_path_join(folder, "failure", (char *)NULL);

	if (file) {
		(void)vv_unlink(file, true, VV_IGNORED);
	}
}

vv_status vv_merge_failure_read(const char *folder, vv_status rc, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (get_file(&b, folder, "failure", VV_IGNORED) < 0 || b.len != sizeof(*err)) return rc;
	memcpy(err, b.data, sizeof(*err));
	return err->code;
}
