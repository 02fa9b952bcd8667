/*
 * git_signed: finds signatures, and verifies them by git.
 */
#include "lib/heads/git_signed.h"

#include <string.h>

#include "base/text.h"
#include "repo/git/objects/send.h"
#include "repo/git/run_git.h"

#define OBJECT_MAX ((uint64_t)16 << 20)

/* git prints nothing for unsigned objects, but also prints other errors, in any language: so signatures are detected first. */
static vv_status is_signed(bool *is, vv_repository *r, const vv_oid *id, bool tag, vv_error *err)
{
	static const char *const begins[] = {
		"\n-----BEGIN PGP SIGNATURE-----\n", "\n-----BEGIN PGP MESSAGE-----\n",
		"\n-----BEGIN SSH SIGNATURE-----\n", "\n-----BEGIN SIGNED MESSAGE-----\n"};
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_status rc = vv_git_object_bytes(r, tag ? VV_GIT_TAG : VV_GIT_COMMIT, id, OBJECT_MAX,
					   &raw, err);
	const char *text = rc < 0 ? "" : vv_buf_cstr(&raw), *header = strstr(text, "\ngpgsig"),
		   *end = strstr(text, "\n\n");

	*is = header && (!end || header < end);
	for (size_t i = 0; tag && i < sizeof(begins) / sizeof(begins[0]); i++) {
		*is = *is || strstr(text, begins[i]);
	}
	return rc;
}

vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err)
{
	const char *args[] = {tag ? "verify-tag" : "verify-commit", vv_oid_shows(id), NULL};
	const vv_git_call call = {.args = args, .repo = r};
	int code = 0;
	bool is = false;
	vv_status rc = is_signed(&is, r, id, tag, err);

	if (rc < 0 || !is) return rc;
	rc = vv_git_run(&call, said, &code, err);
	*good = code == 0;
	return rc;
}

vv_status vv_git_signed_tag(vv_buf *name, vv_oid *id, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const char *args[] = {
		"for-each-ref",        "--sort=-version:refname",
		"--sort=-creatordate", "--format=%(objecttype) %(objectname) %(refname)",
		"refs/tags",           NULL};
	const vv_git_call call = {.args = args, .repo = r, .output = &line};
	vv_status rc = vv_git_must(&call, "listing tags", err);

	for (vv_line l = {.rest = vv_buf_cstr(&line)}; rc == VV_OK && vv_line_next(&l);) {
		if (strncmp(l.text, "tag ", 4) == 0 && vv_oid_parse(id, l.text + 4, VV_OID_TEXT)) {
			vv_buf_set(name, l.text + 5 + VV_OID_TEXT, l.len - 5 - VV_OID_TEXT);
			return vv_buf_ok(name, err);
		}
	}
	return rc < 0 ? rc : vv_fail(err, VV_ENOTFOUND, "this repository has no annotated tag");
}
