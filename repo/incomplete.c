/*
 * incomplete: knows the mark's file.
 */
#include "repo/incomplete.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"

static char *mark_path(vv_repository *r)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "%s/incomplete", vv_repository_varvedir(r));
	return vv_buf_detach(&b);
}

vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err)
{
	char *path = mark_path(r);
	if (!path) {
		return vv_fail_nomem(err);
	}
	*out = vv_exists(path);
	vv_free(path);
	return VV_OK;
}

vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err)
{
	static const char text[] = "blocks of some versions are missing here\n";
	char *path = mark_path(r);
	vv_status rc;

	if (!path) {
		return vv_fail_nomem(err);
	}
	rc = incomplete ? vv_write_file(path, text, sizeof(text) - 1, true, err) : vv_unlink(path, true, err);
	vv_free(path);
	return rc;
}

#define TIPS_MAX 4096u

static char *tips_path(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "complete", (char *)NULL);
}

/* How many there are; 0 when a line is no id: then none can be trusted. */
static size_t parse_tips(vv_oid *out, const vv_buf *text)
{
	const size_t line = VV_OID_TEXT + 1;
	size_t count = text->len / line;

	if (text->len % line != 0 || count > TIPS_MAX) {
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const char *p = text->data + i * line;
		if (!vv_oid_parse(&out[i], p, VV_OID_TEXT) || p[VV_OID_TEXT] != '\n') {
			return 0;
		}
	}
	return count;
}

vv_status vv_complete_tips_read(vv_repository *r, vv_oid **out, size_t *count, vv_error *err)
{
	char *path = tips_path(r);
	vv_buf text = VV_BUF_INIT;
	vv_error ignored;

	*count = 0;
	*out = vv_calloc(TIPS_MAX, sizeof(vv_oid));
	if (!path || !*out) {
		vv_free(path);
		vv_free(*out);
		*out = NULL;
		return vv_fail_nomem(err);
	}
	if (vv_read_file(&text, path, TIPS_MAX * (VV_OID_TEXT + 1), &ignored) == VV_OK) {
		*count = parse_tips(*out, &text);
	}
	vv_buf_clear(&text);
	vv_free(path);
	return VV_OK;
}

vv_status vv_complete_tips_write(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err)
{
	char *path = tips_path(r), hex[VV_OID_TEXT + 1];
	vv_buf text = VV_BUF_INIT;

	for (size_t i = 0; i < count && i < TIPS_MAX; i++) {
		vv_oid_text(hex, &tips[i]);
		vv_buf_printf(&text, "%s\n", hex);
	}
	vv_status rc = path ? vv_buf_ok(&text, err) : vv_fail_nomem(err);
	rc = rc < 0 ? rc : vv_mkdirs_above(path, err);
	rc = rc < 0 ? rc : vv_write_file(path, text.data ? text.data : "", text.len, false, err);
	vv_buf_clear(&text);
	vv_free(path);
	return rc;
}
