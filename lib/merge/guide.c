/*
 * guide: files that live as long as one merge, and that one version of varve writes and reads.
 */
#include "lib/merge/guide.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/blob.h"

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

/* *at: where the bytes begin in the file. A new file for each of many tables takes longer than its bytes. */
static vv_status append_to(uint64_t *at, const char *folder, const char *name, const vv_buf *b,
			   vv_error *err)
{
	vv_auto(char) *file = vv_path_join(folder, name, (char *)NULL);
	vv_stat st;
	vv_status rc = file ? vv_buf_ok(b, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_auto(vv_fd) fd = vv_open_own(file, O_WRONLY | O_APPEND | O_CREAT, err);
	if (fd < 0) return (vv_status)fd;
	if ((rc = vv_fstat(&st, fd, file, err)) < 0) return rc;
	*at = st.size;
	return vv_write_full(fd, b->data, b->len, file, err);
}

vv_status vv_merge_report_add(const char *folder, const vv_merged_table *t, const vv_buf *content,
			      vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_merged_table made = *t;
	uint64_t at;
	vv_status rc;

	made.content_at = made.content_len = 0;
	if (content && content->len > 0) {
		rc = append_to(&made.content_at, folder, "contents", content, err);
		if (rc < 0) return rc;
		made.content_len = content->len;
	}
	vv_buf_put(&b, &made, sizeof(made));
	vv_buf_put(&b, t->path, strlen(t->path) + 1);
	return append_to(&at, folder, "report", &b, err);
}

vv_status vv_merge_report_content(vv_buf *out, const char *folder, const vv_merged_table *t,
				  vv_error *err)
{
	vv_auto(char) *file = vv_path_join(folder, "contents", (char *)NULL);
	const size_t before = out->len;
	vv_oid id;
	vv_status rc;

	if (t->content_len == 0 || t->content_len > GUIDE_MAX) {
		return vv_fail(err, VV_ENOTFOUND, "%s: the content is not known", t->path);
	}
	if (!file || !vv_buf_grow(out, (size_t)t->content_len)) return vv_fail_nomem(err);
	vv_auto(vv_fd) fd = vv_open_regular(file, O_RDONLY, err);
	if (fd < 0) return (vv_status)fd;
	const ssize_t n = vv_pread_full(fd, out->data + before, (size_t)t->content_len,
					t->content_at, file, err);
	if (n < 0) return (vv_status)n;
	if ((rc = vv_blob_id(out->data + before, (size_t)n, &id, err)) < 0) return rc;
	if (!vv_oid_equal(&id, &t->result)) {
		return vv_fail(err, VV_ENOTFOUND, "%s: the content is not known", t->path);
	}
	out->len = before + (size_t)n;
	return VV_OK;
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

/* The file is made once for all drivers: empty, it has no error. */
void vv_merge_failure_write(const char *folder, const vv_error *why)
{
	vv_auto(char) *file = vv_path_join(folder, "failure", (char *)NULL);
	vv_auto(vv_fd) fd = file ? vv_open_own(file, O_WRONLY | O_CREAT, VV_IGNORED) : -1;

	if (fd >= 0) {
		(void)vv_write_full(fd, why, sizeof(*why), file, VV_IGNORED);
	}
}

void vv_merge_failure_clear(const char *folder)
{
	vv_auto(char) *file = vv_path_join(folder, "failure", (char *)NULL);
	vv_auto(vv_fd) fd = file ? vv_open_own(file, O_WRONLY | O_TRUNC, VV_IGNORED) : -1;

	(void)fd;
}

vv_status vv_merge_failure_read(const char *folder, vv_status rc, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (get_file(&b, folder, "failure", VV_IGNORED) < 0 || b.len != sizeof(*err)) return rc;
	memcpy(err, b.data, sizeof(*err));
	return err->code;
}
